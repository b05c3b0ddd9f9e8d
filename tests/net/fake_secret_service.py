#!/usr/bin/env python3
"""A fake of the desktop's keyring: freedesktop.org's Secret Service on the session bus, as much of
it as libsecret needs, with everything in memory and in the clear. For tst_keyring.

fake_secret_service.py MODE_FILE: the file holds "open", "locked" or "silent" (it never answers),
read at each call. It prints "ready" when it has its name on the bus, and each call's name.
"""
import pathlib
import sys

from gi.repository import Gio, GLib

ROOT = "/org/freedesktop/secrets"
COLLECTION = ROOT + "/collection/fake"
ALIAS = ROOT + "/aliases/default"
SESSION = ROOT + "/session/fake"

SERVICE_XML = """<node><interface name="org.freedesktop.Secret.Service">
<method name="OpenSession"><arg type="s" direction="in"/><arg type="v" direction="in"/>
<arg type="v" direction="out"/><arg type="o" direction="out"/></method>
<method name="SearchItems"><arg type="a{ss}" direction="in"/>
<arg type="ao" direction="out"/><arg type="ao" direction="out"/></method>
<method name="GetSecrets"><arg type="ao" direction="in"/><arg type="o" direction="in"/>
<arg type="a{o(oayays)}" direction="out"/></method>
<method name="ReadAlias"><arg type="s" direction="in"/><arg type="o" direction="out"/></method>
<property name="Collections" type="ao" access="read"/></interface></node>"""
COLLECTION_XML = """<node><interface name="org.freedesktop.Secret.Collection">
<method name="CreateItem"><arg type="a{sv}" direction="in"/>
<arg type="(oayays)" direction="in"/><arg type="b" direction="in"/>
<arg type="o" direction="out"/><arg type="o" direction="out"/></method>
<property name="Items" type="ao" access="read"/><property name="Label" type="s" access="read"/>
<property name="Locked" type="b" access="read"/><property name="Created" type="t" access="read"/>
<property name="Modified" type="t" access="read"/></interface></node>"""
ITEM_XML = """<node><interface name="org.freedesktop.Secret.Item">
<method name="Delete"><arg type="o" direction="out"/></method>
<property name="Locked" type="b" access="read"/>
<property name="Attributes" type="a{ss}" access="read"/>
<property name="Label" type="s" access="read"/><property name="Created" type="t" access="read"/>
<property name="Modified" type="t" access="read"/></interface></node>"""


class Keyring:
    def __init__(self, mode_file):
        self.mode_file = pathlib.Path(mode_file)
        self.items = {}  # path: (attributes, label, value, registration)
        self.made = 0

    def mode(self):
        return self.mode_file.read_text()

    def export(self, bus):
        self.bus = bus
        self.register(ROOT, SERVICE_XML)
        for path in (COLLECTION, ALIAS):
            self.register(path, COLLECTION_XML)

    def register(self, path, xml):
        interface = Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0]
        return self.bus.register_object(path, interface, self.called, self.asked, None)

    def called(self, _bus, _sender, path, _interface, method, arguments, invocation):
        print(method, flush=True)
        if self.mode() == "silent":
            return
        arguments = arguments.unpack()
        if method == "OpenSession" and arguments[0] != "plain":
            invocation.return_dbus_error("org.freedesktop.DBus.Error.NotSupported", "plain only")
            return
        answer = getattr(self, method)(path, *arguments)
        invocation.return_value(answer)

    def asked(self, _bus, _sender, path, _interface, name):
        attributes, label = self.items[path][:2] if path in self.items else ({}, "fake")
        return {"Collections": lambda: GLib.Variant("ao", [COLLECTION]),
                "Items": lambda: GLib.Variant("ao", list(self.items)),
                "Locked": lambda: GLib.Variant("b", self.mode() == "locked"),
                "Attributes": lambda: GLib.Variant("a{ss}", attributes),
                "Label": lambda: GLib.Variant("s", label),
                "Created": lambda: GLib.Variant("t", 0),
                "Modified": lambda: GLib.Variant("t", 0)}[name]()

    def OpenSession(self, _path, _algorithm, _input):
        return GLib.Variant("(vo)", (GLib.Variant("s", ""), SESSION))

    def ReadAlias(self, _path, _name):
        return GLib.Variant("(o)", (COLLECTION,))

    def SearchItems(self, _path, attributes):
        found = [path for path, item in self.items.items() if attributes.items() <= item[0].items()]
        return GLib.Variant("(aoao)", (found, []))

    def GetSecrets(self, _path, paths, session):
        secrets = {path: (session, b"", self.items[path][2], "text/plain") for path in paths}
        return GLib.Variant("(a{o(oayays)})", (secrets,))

    def CreateItem(self, _path, properties, secret, _replace):
        self.made += 1
        path = f"{COLLECTION}/{self.made}"
        prefix = "org.freedesktop.Secret.Item."
        self.items[path] = (properties[prefix + "Attributes"], properties[prefix + "Label"],
                            bytes(secret[2]), self.register(path, ITEM_XML))
        return GLib.Variant("(oo)", (path, "/"))

    def Delete(self, path):
        self.bus.unregister_object(self.items.pop(path)[3])
        return GLib.Variant("(o)", ("/",))


def main():
    keyring = Keyring(sys.argv[1])
    Gio.bus_own_name(Gio.BusType.SESSION, "org.freedesktop.secrets", Gio.BusNameOwnerFlags.NONE,
                     lambda bus, _name: keyring.export(bus),
                     lambda *_: print("ready", flush=True), lambda *_: sys.exit("no bus"))
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
