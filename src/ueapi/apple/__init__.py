"""What Apple allows under User Enrollment, and how Apple's formats look. Import the module you need.

- `rules`: the verdict on payloads, keys, commands, queries, settings, check-ins, declarations and status items.
- `plist`: property lists from untrusted sources, canonical writing, digests.
- `profiles`: configuration profiles, what iOS refuses of them, and their secrets.
- `mdm`: the messages between a device and its management service.
"""
