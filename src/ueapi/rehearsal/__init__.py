"""The rehearsal ground: virtual time, seeded people, virtual iPhones, and what simulators are built on."""
