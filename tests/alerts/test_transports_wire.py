"""The bounds hold over TLS and through a proxy too, as carriers are really reached."""

import datetime
import ipaddress
import socket
import threading
from contextlib import contextmanager
from time import monotonic

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from alerts.transports.base import Message, TransportError, get_transport
from tests.carriers import FakeTwilio

SMS = Message(id="n1", to="+60123456789", text="P1 M4XK2")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A file with a key and a certificate for loopback that no authority signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.datetime.now(datetime.UTC)
    loopback = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(loopback, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "loopback.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return str(file)


@pytest.fixture
def tls_twilio(settings, certificate, monkeypatch):
    """Twilio on loopback behind TLS, whose certificate this process trusts; a total of 0.6 s."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
    with FakeTwilio() as carrier:
        carrier.encrypt(certificate)
        settings.TWILIO_ACCOUNT_SID = carrier.account_sid
        settings.TWILIO_AUTH_TOKEN = carrier.auth_token
        settings.TWILIO_FROM = carrier.number
        settings.TWILIO_API_BASE = carrier.origin
        settings.TRANSPORTS = settings.TRANSPORTS | {"sms": "alerts.transports.sms.TwilioSms"}
        settings.CARRIER_CONNECT_TIMEOUT_S = 0.4
        settings.CARRIER_TOTAL_TIMEOUT_S = 0.6
        get_transport("sms")
        yield carrier


@contextmanager
def listening(answer):
    """A server that hands each connection to `answer`."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def refused() -> TransportError:
    started = monotonic()
    with pytest.raises(TransportError) as caught:
        get_transport("sms").send(SMS)
    assert monotonic() - started < 4
    return caught.value


def test_a_text_goes_out_over_tls(tls_twilio):
    assert tls_twilio.origin.startswith("https://")
    sids = {get_transport("sms").send(SMS) for _ in range(3)}
    assert sids == set(tls_twilio.messages)


@pytest.mark.parametrize("kind", ["hang", "trickle", "reset"])
def test_an_answer_that_does_not_come_over_tls_is_ambiguous(tls_twilio, kind):
    tls_twilio.fail(kind)
    late = refused()
    assert (late.permanent, late.ambiguous) == (False, True)
    assert len(tls_twilio.messages) == 1
    for thread in threading.enumerate():
        if thread.name == "carrier":
            thread.join(2)
            assert not thread.is_alive()
    assert get_transport("sms").send(SMS)


def test_a_certificate_that_is_not_trusted_means_not_taken(tls_twilio, monkeypatch):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    doubted = refused()
    assert (doubted.permanent, doubted.ambiguous, doubted.code) == (False, False, "connection")
    assert tls_twilio.requests == []


def test_a_handshake_without_end_means_not_taken(tls_twilio, settings):
    held = threading.Event()
    with listening(lambda connection: held.wait(5)) as address:
        settings.TWILIO_API_BASE = f"https://{address}"
        late = refused()
        held.set()
    assert (late.permanent, late.ambiguous) == (False, False)


def test_a_proxy_carries_the_message(tls_twilio, monkeypatch):
    asked = []

    def tunnel(connection):
        asked.append(connection.recv(4096))
        with socket.create_connection(("127.0.0.1", int(tls_twilio.origin.rsplit(":", 1)[1]))) as onward:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=pump, args=(onward, connection))
            back.start()
            pump(connection, onward)
            back.join()

    def pump(source, target):
        try:
            while data := source.recv(4096):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    with listening(tunnel) as address:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        transport = get_transport("sms")
        assert transport.send(SMS) in tls_twilio.messages
        assert asked[0].startswith(b"CONNECT 127.0.0.1:")
        transport.client.http_client.session.close()


def test_a_proxy_that_refuses_means_not_taken(tls_twilio, monkeypatch):
    def refuse(connection):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with listening(refuse) as address:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        stopped = refused()
    assert (stopped.permanent, stopped.ambiguous) == (False, False)
    assert tls_twilio.requests == []
