"""One typed API over device management products for Apple User Enrollment."""
