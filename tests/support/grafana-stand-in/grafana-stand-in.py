#!/usr/bin/env python3
"""Stands in for the official Grafana image in tests of the stack; README.md beside it says what it honours."""

import base64
import configparser
import hashlib
import hmac
import http.server
import json
import os
import re
import secrets
import signal
import socketserver
import stat
import sys
import time

GRAFANA_UID = 472


class Refused(Exception):
    """Why it does not start, in one line."""


def log(level, message, **fields):
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    rest = "".join(f" {key}={value}" for key, value in fields.items())
    print(f'logger=stand-in t={now} level={level} msg="{message}"{rest}', flush=True)


def path_of(name, default):
    return os.environ.get(f"GF_PATHS_{name}", default)


def config_file():
    return path_of("CONFIG", "/etc/grafana/grafana.ini")


def data_folder():
    return path_of("DATA", "/var/lib/grafana")


def provisioning_folder():
    return path_of("PROVISIONING", "/etc/grafana/provisioning")


def read(path, what):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{what} {path} cannot be read: {error}") from error


def take_values_from_files():
    """NAME__FILE gives NAME the content of a file; both at once are refused, as by the image's entry point."""
    for name in [n for n in os.environ if n.startswith("GF_") and n.endswith("__FILE")]:
        plain = name[: -len("__FILE")]
        if os.environ.get(plain):
            raise Refused(f"both {plain} and {name} are set")
        os.environ[plain] = read(os.environ.pop(name), f"the file of {name}").rstrip("\n")


def settings():
    """grafana.ini with what the environment overrides: GF_SECTION_KEY."""
    parsed = configparser.ConfigParser(interpolation=None, strict=True)
    try:
        parsed.read_string(read(config_file(), "the configuration"))
    except configparser.Error as error:
        raise Refused(f"{config_file()} is no configuration: {error}") from error

    def value(section, key, default):
        variable = re.sub(r"[.\-]", "_", f"GF_{section}_{key}").upper()
        return os.environ.get(variable, parsed.get(section, key, fallback=default))

    return value


def expand(text, file):
    """Values of a provisioning file, each reference followed; what leads nowhere is refused."""
    without_comments = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("#"))
    expanded = without_comments.replace("$$", "\0")

    def from_file(match):
        content = read(match[1], f"{file} names a file:").strip()
        if re.search(r"\$[{\w]", content):
            raise Refused(f"{file}: the content of {match[1]} has a dollar sign, which Grafana would expand")
        if content == "":
            raise Refused(f"{file}: {match[1]} is empty")
        return content.replace("$", "\0")

    def from_environment(match):
        name = match[1] or match[2]
        if not os.environ.get(name):
            raise Refused(f"{file} names the variable {name}, which is not set")
        return os.environ[name].replace("$", "\0")

    expanded = re.sub(r"\$__file\{([^}]+)\}", from_file, expanded)
    expanded = re.sub(r"\$(?:\{(\w+)\}|(\w+))", from_environment, expanded)
    return expanded.replace("\0", "$")


def provisioned():
    """Reads everything that Grafana would; gives the uids of data sources, dashboards and alert rules."""
    found = {"datasources": [], "dashboards": [], "rules": []}
    root = provisioning_folder()
    for kind in ("datasources", "dashboards", "alerting"):
        folder = os.path.join(root, kind)
        try:
            files = sorted(name for name in os.listdir(folder) if name.endswith((".yaml", ".yml")))
        except OSError as error:
            raise Refused(f"{folder} cannot be listed: {error}") from error
        if not files:
            raise Refused(f"{folder} has no file")
        for name in files:
            file = os.path.join(folder, name)
            text = expand(read(file, "the provisioning file"), file)
            if not re.search(r"^apiVersion: 1$", text, re.MULTILINE):
                raise Refused(f"{file} has no apiVersion 1")
            if kind == "dashboards":
                for path in re.findall(r"^\s*path: *(\S+)$", text, re.MULTILINE):
                    found["dashboards"] += dashboards(path, file)
            else:
                uids = re.findall(r"^ *(?:- )?uid: *([\w-]+)$", text, re.MULTILINE)
                found["datasources" if kind == "datasources" else "rules"] += [u for u in uids if u != "__expr__"]
    for kind, uids in found.items():
        if not uids or len(set(uids)) != len(uids):
            raise Refused(f"{kind}: none, or the same uid twice: {uids}")
    return found


def dashboards(folder, named_by):
    try:
        files = sorted(name for name in os.listdir(folder) if name.endswith(".json"))
    except OSError as error:
        raise Refused(f"{named_by} names {folder}: {error}") from error
    if not files:
        raise Refused(f"{named_by} names {folder}, which has no dashboard")
    uids = []
    for name in files:
        file = os.path.join(folder, name)
        try:
            board = json.loads(read(file, "the dashboard"))
            uids.append(board["uid"])
        except (ValueError, KeyError, TypeError) as error:
            raise Refused(f"{file} is no dashboard: {error}") from error
    return uids


def store_file():
    return os.path.join(data_folder(), "stand-in-admin.json")


def store(user, password):
    salt = secrets.token_bytes(16)
    content = {"user": user, "salt": salt.hex(), "hash": hashed(password, salt)}
    part = store_file() + ".part"
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, stat.S_IRUSR | stat.S_IWUSR), "w") as file:
            json.dump(content, file)
        os.replace(part, store_file())
    except OSError as error:
        raise Refused(f"{data_folder()} is not writable: {error}") from error


def hashed(password, salt):
    return hashlib.scrypt(password.encode(), salt=salt, n=1024, r=8, p=1).hex()


def may_enter(header):
    scheme, _, encoded = (header or "").partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return False
    with open(store_file(), encoding="utf-8") as file:
        known = json.load(file)
    right = hmac.compare_digest(known["hash"], hashed(password, bytes.fromhex(known["salt"])))
    return scheme.lower() == "basic" and user == known["user"] and right


def serve():
    if os.getuid() != GRAFANA_UID:
        raise Refused(f"runs as user {os.getuid()}; the image's user is {GRAFANA_UID}")
    take_values_from_files()
    value = settings()
    found = provisioned()
    if not os.path.exists(store_file()):
        # Grafana itself would fall back to admin/admin here.
        password = os.environ.get("GF_SECURITY_ADMIN_PASSWORD")
        if not password:
            raise Refused("no administrator's password is given")
        store(value("security", "admin_user", "admin"), password)
        log("info", "Created the administrator")
    anonymous = value("auth.anonymous", "enabled", "false") == "true"
    address = (value("server", "http_addr", ""), int(value("server", "http_port", "3000")))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path.split("?")[0]
            if path == "/api/health":
                self.answer(200, {"database": "ok", "version": "stand-in"})
            elif path == "/login":
                self.answer(200, "<title>Grafana</title>")
            elif not path.startswith("/api/"):
                self.send_response(302)
                self.send_header("Location", "/login")
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif not anonymous and not may_enter(self.headers.get("Authorization")):
                self.answer(401, {"message": "Unauthorized"})
            elif path == "/api/datasources":
                self.answer(200, [{"uid": uid} for uid in found["datasources"]])
            elif path == "/api/search":
                self.answer(200, [{"uid": uid, "type": "dash-db"} for uid in found["dashboards"]])
            elif path == "/api/v1/provisioning/alert-rules":
                self.answer(200, [{"uid": uid} for uid in found["rules"]])
            elif path == "/api/user":
                self.answer(200, {"login": value("security", "admin_user", "admin")})
            else:
                self.answer(404, {"message": "Not found"})

        def answer(self, code, body):
            data = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(code)
            self.send_header("Content-Type", "text/html" if isinstance(body, str) else "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    class Server(socketserver.ThreadingTCPServer):
        # Not http.server's own: that asks the name service for its name before it listens.
        allow_reuse_address = True
        daemon_threads = True

    try:
        server = Server(address, Handler)
    except OSError as error:
        raise Refused(f"cannot listen on port {address[1]}: {error}") from error
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    log("info", "HTTP Server Listen", port=server.server_address[1])
    server.serve_forever()


def command_line(arguments):
    """`grafana cli admin reset-admin-password`, by stdin or, as it also allows, as an argument."""
    words = [word for word in arguments if not word.startswith("-")]
    if words[:2] != ["admin", "reset-admin-password"]:
        raise Refused(f"the stand-in does not know: {' '.join(words)}")
    password = sys.stdin.read().rstrip("\n") if "--password-from-stdin" in arguments else "".join(words[2:3])
    if len(password) < 4:
        raise Refused("the new password is too short")
    known = json.loads(read(store_file(), "the administrator"))
    store(known["user"], password)
    print("Admin password changed successfully")


if __name__ == "__main__":
    try:
        command_line(sys.argv[2:]) if sys.argv[1:2] == ["cli"] else serve()
    except Refused as refused:
        log("error", str(refused).replace('"', "'"))
        sys.exit(1)
