"""What people read: how to enroll or move their own iPhone, and what the organization can see and do on it.

Everything is made from a product's sheet, Apple's rules and the texts of a language; nothing is sent.
"""

from ueapi.guidance.claims import Topic
from ueapi.guidance.html import as_mail, as_print, trust_as_html
from ueapi.guidance.instructions import Failure, Instructions, Part, instructions
from ueapi.guidance.language import Sentence, Span, languages
from ueapi.guidance.messages import QUESTIONS, Message, Messenger, Round, message, tell
from ueapi.guidance.people import Office, Person
from ueapi.guidance.product import Way
from ueapi.guidance.text import as_text, trust_as_markdown
from ueapi.guidance.trust import Audience, Line, Practice, TrustPage, trust_page

__all__ = [
    "QUESTIONS",
    "Audience",
    "Failure",
    "Instructions",
    "Line",
    "Message",
    "Messenger",
    "Office",
    "Part",
    "Person",
    "Practice",
    "Round",
    "Sentence",
    "Span",
    "Topic",
    "TrustPage",
    "Way",
    "as_mail",
    "as_print",
    "as_text",
    "instructions",
    "languages",
    "message",
    "tell",
    "trust_as_html",
    "trust_as_markdown",
    "trust_page",
]
