"""Debian's python3-kubernetes and a running pod, in the cluster of $KUBECONFIG. Run by python.test.ts."""

import unittest

from kubernetes import client, config, watch
from kubernetes.stream import portforward, stream

IMAGE = "orrery.local/busybox:1"
SCRIPT = "echo one; echo two; mkdir /www; echo page > /www/index.html; exec httpd -f -p 8080 -h /www"


def setUpModule():
    config.load_kube_config()
    core = client.CoreV1Api()
    body = {
        "metadata": {"name": "python"},
        "spec": {"containers": [{"name": "main", "image": IMAGE, "command": ["sh", "-c", SCRIPT]}]},
    }
    for event in watch.Watch().stream(
        client.CoreV1Api().list_namespaced_service_account, "default", timeout_seconds=60
    ):
        if event["object"].metadata.name == "default":
            break
    core.create_namespaced_pod("default", body)
    watching = watch.Watch()
    for event in watching.stream(core.list_namespaced_pod, "default", timeout_seconds=60):
        if event["object"].status.phase == "Running":
            return
    raise AssertionError("the pod does not run")


class Streams(unittest.TestCase):
    def test_a_command_runs_in_a_pod_and_says_how_it_ended(self):
        command = ["sh", "-c", "read line; echo got $line; echo wrong >&2; exit 3"]
        ran = stream(
            client.CoreV1Api().connect_get_namespaced_pod_exec,
            "python",
            "default",
            command=command,
            stdin=True,
            stdout=True,
            stderr=True,
            tty=False,
            _preload_content=False,
        )
        ran.write_stdin("something\n")
        ran.run_forever(timeout=30)
        self.assertEqual((ran.read_stdout(), ran.read_stderr()), ("got something\n", "wrong\n"))
        self.assertEqual(ran.returncode, 3)

    def test_what_a_command_wrote_is_answered_at_once(self):
        said = stream(
            client.CoreV1Api().connect_get_namespaced_pod_exec,
            "python",
            "default",
            command=["echo", "hello"],
            stdin=False,
            stdout=True,
            stderr=True,
            tty=False,
        )
        self.assertEqual(said, "hello\n")

    def test_the_log_is_read_whole_and_followed(self):
        core = client.CoreV1Api()
        self.assertEqual(core.read_namespaced_pod_log("python", "default"), "one\ntwo\n")
        self.assertEqual(core.read_namespaced_pod_log("python", "default", tail_lines=1), "two\n")
        following = watch.Watch()
        lines = []
        for line in following.stream(core.read_namespaced_pod_log, "python", "default"):
            lines.append(line)
            if len(lines) == 2:
                following.stop()
                break
        self.assertEqual(lines, ["one", "two"])

    def test_a_port_is_forwarded(self):
        forward = portforward(
            client.CoreV1Api().connect_get_namespaced_pod_portforward, "python", "default", ports="8080"
        )
        socket = forward.socket(8080)
        socket.setblocking(True)
        socket.sendall(b"GET /index.html HTTP/1.0\r\n\r\n")
        answer = b""
        while chunk := socket.recv(4096):
            answer += chunk
        socket.close()
        self.assertIn(b"page", answer)
        self.assertIsNone(forward.error(8080))


if __name__ == "__main__":
    unittest.main()
