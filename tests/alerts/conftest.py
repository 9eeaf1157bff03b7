from tests.carriers.fixtures import fake_fcm, fake_twilio, outboxes  # noqa: F401
