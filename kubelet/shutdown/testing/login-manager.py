"""What systemd's login manager is to a kubelet, on whatever bus DBUS_SYSTEM_BUS_ADDRESS names, for tests.

Arguments: the folder of its configuration, and InhibitDelayMaxSec where that says nothing. On its input 'true' and 'false'
announce a shutdown and call it off; on its output it tells of locks that are taken and released.
"""
import glob
import os
import re
import sys

import dbus
import dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

MANAGER = 'org.freedesktop.login1.Manager'
folder, delay = sys.argv[1], int(sys.argv[2])
DBusGMainLoop(set_as_default=True)
bus = dbus.SystemBus()
loop = GLib.MainLoop()


def tell(*words):
    print(*words, flush=True)


class LoginManager(dbus.service.Object):
    @dbus.service.method(MANAGER, in_signature='ssss', out_signature='h')
    def Inhibit(self, what, who, why, mode):
        held, given = os.pipe()
        fd = dbus.types.UnixFd(given)
        os.close(given)

        def released(*_):
            os.close(held)
            tell('released')
            return False

        GLib.io_add_watch(held, GLib.IO_HUP, released)
        tell('held', what, mode, who)
        return fd

    @dbus.service.signal(MANAGER, signature='b')
    def PrepareForShutdown(self, begins):
        pass

    @dbus.service.method('org.freedesktop.DBus.Properties', in_signature='ss', out_signature='v')
    def Get(self, interface, name):
        return dbus.UInt64(delay * 1000000)


class ServiceManager(dbus.service.Object):
    @dbus.service.method('org.freedesktop.systemd1.Manager', in_signature='ssi')
    def KillUnit(self, unit, which, signal):
        global delay
        if (unit, which, signal) != ('systemd-logind.service', 'all', 1):
            raise dbus.DBusException('no such unit')
        for path in sorted(glob.glob(folder + '/*.conf')):
            with open(path, encoding='utf8') as file:
                for seconds in re.findall(r'^InhibitDelayMaxSec=(\d+)$', file.read(), re.M):
                    delay = int(seconds)


login = LoginManager(dbus.service.BusName('org.freedesktop.login1', bus), '/org/freedesktop/login1')
systemd = ServiceManager(dbus.service.BusName('org.freedesktop.systemd1', bus), '/org/freedesktop/systemd1')


def heard(source, _):
    text = os.read(source, 4096).decode()
    for line in text.split():
        login.PrepareForShutdown(line == 'true')
    if text == '':
        loop.quit()
    return text != ''


GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_IN | GLib.IO_HUP, heard)
tell('ready')
loop.run()
