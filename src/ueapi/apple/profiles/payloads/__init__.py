"""Typed models of the payloads administrators use on personal phones; everything else stays a plain `Payload`."""

from ueapi.apple.profiles.payloads.acme import Acme
from ueapi.apple.profiles.payloads.airplay import AirPlay, AirPlayPassword
from ueapi.apple.profiles.payloads.airprint import AirPrint, Printer
from ueapi.apple.profiles.payloads.base import TypedKeys, TypedPayload
from ueapi.apple.profiles.payloads.building import profile_of, uuid_within
from ueapi.apple.profiles.payloads.calendar import Calendar
from ueapi.apple.profiles.payloads.calls import CommunicationRules, DefaultHandlers
from ueapi.apple.profiles.payloads.certificates import (
    IdentityCertificate,
    PemCertificate,
    Pkcs1Certificate,
    RootCertificate,
)
from ueapi.apple.profiles.payloads.choosing import MODELS, typed
from ueapi.apple.profiles.payloads.contacts import Contacts
from ueapi.apple.profiles.payloads.content_filter import AllowedBookmark, ContentFilter
from ueapi.apple.profiles.payloads.dns_proxy import DnsProxy
from ueapi.apple.profiles.payloads.exchange import Exchange
from ueapi.apple.profiles.payloads.font import Font
from ueapi.apple.profiles.payloads.google import GoogleAccount
from ueapi.apple.profiles.payloads.ikev2 import IkeV2, SecurityAssociation
from ueapi.apple.profiles.payloads.kerberos import KerberosSettings, KerberosSingleSignOn
from ueapi.apple.profiles.payloads.ldap import Ldap, LdapSearch
from ueapi.apple.profiles.payloads.mail import Mail
from ueapi.apple.profiles.payloads.naming import WORDS, model_named, word_of
from ueapi.apple.profiles.payloads.on_demand import DomainAction, OnDemandRule
from ueapi.apple.profiles.payloads.passcode import Passcode
from ueapi.apple.profiles.payloads.per_app_vpn import PerAppVpn, PlugInTunnel, VpnDns
from ueapi.apple.profiles.payloads.relay import Relay, RelayServer
from ueapi.apple.profiles.payloads.restrictions import Restrictions
from ueapi.apple.profiles.payloads.scep import Scep, ScepRequest
from ueapi.apple.profiles.payloads.single_sign_on import SingleSignOn
from ueapi.apple.profiles.payloads.subject import SubjectAltName
from ueapi.apple.profiles.payloads.subscribed_calendar import SubscribedCalendar
from ueapi.apple.profiles.payloads.web_clip import WebClip
from ueapi.apple.profiles.payloads.wifi import EapClient, QosMarking, WiFi

__all__ = [
    "MODELS",
    "WORDS",
    "Acme",
    "AirPlay",
    "AirPlayPassword",
    "AirPrint",
    "AllowedBookmark",
    "Calendar",
    "CommunicationRules",
    "Contacts",
    "ContentFilter",
    "DefaultHandlers",
    "DnsProxy",
    "DomainAction",
    "EapClient",
    "Exchange",
    "Font",
    "GoogleAccount",
    "IdentityCertificate",
    "IkeV2",
    "KerberosSettings",
    "KerberosSingleSignOn",
    "Ldap",
    "LdapSearch",
    "Mail",
    "OnDemandRule",
    "Passcode",
    "PemCertificate",
    "PerAppVpn",
    "Pkcs1Certificate",
    "PlugInTunnel",
    "Printer",
    "QosMarking",
    "Relay",
    "RelayServer",
    "Restrictions",
    "RootCertificate",
    "Scep",
    "ScepRequest",
    "SecurityAssociation",
    "SingleSignOn",
    "SubjectAltName",
    "SubscribedCalendar",
    "TypedKeys",
    "TypedPayload",
    "VpnDns",
    "WebClip",
    "WiFi",
    "model_named",
    "profile_of",
    "typed",
    "uuid_within",
    "word_of",
]
