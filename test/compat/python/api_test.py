"""Debian's python3-kubernetes against the API server that $KUBECONFIG names. Run by python.test.ts, a test at a time."""

import threading
import unittest

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException

NAMESPACE = "default"


def setUpModule():
    config.load_kube_config()


def config_map(name, **data):
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, labels={"test": name}), data=data)


def deployment(name):
    labels = {"app": name}
    container = client.V1Container(name="web", image="busybox:1", ports=[client.V1ContainerPort(container_port=80)])
    return client.V1Deployment(
        metadata=client.V1ObjectMeta(name=name),
        spec=client.V1DeploymentSpec(
            replicas=2,
            selector=client.V1LabelSelector(match_labels=labels),
            template=client.V1PodTemplateSpec(
                metadata=client.V1ObjectMeta(labels=labels),
                spec=client.V1PodSpec(containers=[container]),
            ),
        ),
    )


class Objects(unittest.TestCase):
    def test_a_config_map_is_created_read_replaced_and_deleted(self):
        core = client.CoreV1Api()
        made = core.create_namespaced_config_map(NAMESPACE, config_map("crud", a="1"))
        self.assertTrue(made.metadata.uid)
        self.assertEqual(made.metadata.creation_timestamp.tzinfo.utcoffset(None).total_seconds(), 0)
        made.data["b"] = "2"
        replaced = core.replace_namespaced_config_map("crud", NAMESPACE, made)
        self.assertEqual(core.read_namespaced_config_map("crud", NAMESPACE).data, {"a": "1", "b": "2"})
        self.assertNotEqual(replaced.metadata.resource_version, made.metadata.resource_version)
        gone = core.delete_namespaced_config_map("crud", NAMESPACE)
        self.assertEqual((gone.status, gone.details.name, gone.details.kind), ("Success", "crud", "configmaps"))

    def test_kinds_of_many_groups_keep_what_they_were_given(self):
        apps, batch, networking, rbac = (
            client.AppsV1Api(),
            client.BatchV1Api(),
            client.NetworkingV1Api(),
            client.RbacAuthorizationV1Api(),
        )
        made = apps.create_namespaced_deployment(NAMESPACE, deployment("many"))
        self.assertEqual(made.spec.strategy.rolling_update.max_surge, "25%")
        scaled = apps.patch_namespaced_deployment_scale("many", NAMESPACE, {"spec": {"replicas": 5}})
        self.assertEqual(scaled.spec.replicas, 5)
        template = client.V1PodTemplateSpec(
            spec=client.V1PodSpec(
                restart_policy="Never", containers=[client.V1Container(name="c", image="busybox:1")]
            )
        )
        job = batch.create_namespaced_job(
            NAMESPACE, client.V1Job(metadata=client.V1ObjectMeta(name="many"), spec=client.V1JobSpec(template=template))
        )
        self.assertEqual(job.spec.backoff_limit, 6)
        rule = client.V1IngressRule(
            host="web.example.com",
            http=client.V1HTTPIngressRuleValue(
                paths=[
                    client.V1HTTPIngressPath(
                        path="/",
                        path_type="Prefix",
                        backend=client.V1IngressBackend(
                            service=client.V1IngressServiceBackend(
                                name="web", port=client.V1ServiceBackendPort(number=80)
                            )
                        ),
                    )
                ]
            ),
        )
        ingress = networking.create_namespaced_ingress(
            NAMESPACE,
            client.V1Ingress(metadata=client.V1ObjectMeta(name="many"), spec=client.V1IngressSpec(rules=[rule])),
        )
        self.assertEqual(ingress.spec.rules[0].http.paths[0].backend.service.port.number, 80)
        role = rbac.create_cluster_role(
            client.V1ClusterRole(
                metadata=client.V1ObjectMeta(name="many"),
                rules=[client.V1PolicyRule(api_groups=[""], resources=["pods"], verbs=["get"])],
            )
        )
        self.assertEqual(role.rules[0].verbs, ["get"])

    def test_every_list_of_every_served_stable_group_can_be_read(self):
        apis = client.ApisApi().get_api_versions()
        self.assertIn("apps", [group.name for group in apis.groups])
        core = client.CoreV1Api()
        for read in (
            core.list_namespace,
            core.list_node,
            core.list_pod_for_all_namespaces,
            core.list_service_for_all_namespaces,
            core.list_endpoints_for_all_namespaces,
            core.list_event_for_all_namespaces,
            core.list_persistent_volume,
            core.list_resource_quota_for_all_namespaces,
            client.DiscoveryV1Api().list_endpoint_slice_for_all_namespaces,
            client.StorageV1Api().list_storage_class,
            client.CoordinationV1Api().list_lease_for_all_namespaces,
        ):
            self.assertTrue(read().metadata.resource_version, read.__name__)
        self.assertIn("kube-system", [item.metadata.name for item in core.list_namespace().items])

    def test_the_dynamic_client_finds_kinds_by_discovery(self):
        api = dynamic.DynamicClient(client.ApiClient()).resources.get(api_version="v1", kind="ConfigMap")
        api.create(namespace=NAMESPACE, body={"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "dynamic"}})
        api.patch(
            namespace=NAMESPACE,
            name="dynamic",
            body={"data": {"a": "b"}},
            content_type="application/merge-patch+json",
        )
        self.assertEqual(api.get(namespace=NAMESPACE, name="dynamic").data.a, "b")
        api.delete(namespace=NAMESPACE, name="dynamic")


class Patches(unittest.TestCase):
    def test_a_dictionary_is_a_strategic_merge_patch(self):
        apps = client.AppsV1Api()
        apps.create_namespaced_deployment(NAMESPACE, deployment("strategic"))
        sidecar = {"name": "sidecar", "image": "busybox:2"}
        patch = {"spec": {"template": {"spec": {"containers": [sidecar]}}}}
        patched = apps.patch_namespaced_deployment("strategic", NAMESPACE, patch)
        self.assertEqual(sorted(c.name for c in patched.spec.template.spec.containers), ["sidecar", "web"])

    def test_a_list_is_a_json_patch(self):
        core = client.CoreV1Api()
        core.create_namespaced_config_map(NAMESPACE, config_map("json", a="1"))
        patch = [{"op": "test", "path": "/data/a", "value": "1"}, {"op": "replace", "path": "/data/a", "value": "2"}]
        self.assertEqual(core.patch_namespaced_config_map("json", NAMESPACE, patch).data, {"a": "2"})
        with self.assertRaises(ApiException) as caught:
            core.patch_namespaced_config_map("json", NAMESPACE, patch)
        self.assertEqual(caught.exception.status, 422)


class Errors(unittest.TestCase):
    def refused(self, call, status, reason):
        with self.assertRaises(ApiException) as caught:
            call()
        body = client.ApiClient().deserialize(FakeResponse(caught.exception.body), "V1Status")
        self.assertEqual((caught.exception.status, body.code, body.reason), (status, status, reason))
        return body

    def test_what_is_not_there_is_a_404_with_a_status(self):
        body = self.refused(lambda: client.CoreV1Api().read_namespaced_pod("absent", NAMESPACE), 404, "NotFound")
        self.assertEqual(body.message, 'pods "absent" not found')
        self.assertEqual((body.details.name, body.details.kind), ("absent", "pods"))

    def test_what_is_there_already_and_what_has_changed_are_conflicts(self):
        core = client.CoreV1Api()
        made = core.create_namespaced_config_map(NAMESPACE, config_map("conflict", a="1"))
        again = lambda: core.create_namespaced_config_map(NAMESPACE, config_map("conflict"))
        self.refused(again, 409, "AlreadyExists")
        core.patch_namespaced_config_map("conflict", NAMESPACE, {"data": {"a": "2"}})
        self.refused(lambda: core.replace_namespaced_config_map("conflict", NAMESPACE, made), 409, "Conflict")

    def test_what_is_invalid_says_which_field(self):
        bad = config_map("Bad_Name")
        body = self.refused(lambda: client.CoreV1Api().create_namespaced_config_map(NAMESPACE, bad), 422, "Invalid")
        self.assertEqual(body.details.causes[0].field, "metadata.name")

    def test_who_may_not_is_told_so(self):
        ask = client.ApiClient()
        ask.set_default_header("Impersonate-User", "nobody")
        forbidden = lambda: client.CoreV1Api(ask).list_namespaced_secret(NAMESPACE)
        body = self.refused(forbidden, 403, "Forbidden")
        self.assertIn('User "nobody" cannot list resource "secrets"', body.message)


class FakeResponse:
    """What deserialize reads the body of an error from."""

    def __init__(self, data):
        self.data = data


class Lists(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        core = client.CoreV1Api()
        core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name="python-lists")))
        for number in range(25):
            core.create_namespaced_config_map("python-lists", config_map(f"page-{number:02}", n=str(number)))

    def test_pages_follow_each_other_and_show_one_moment(self):
        core = client.CoreV1Api()
        names, versions, token = [], set(), None
        while True:
            page = core.list_namespaced_config_map("python-lists", limit=10, _continue=token)
            if not names:
                core.create_namespaced_config_map("python-lists", config_map("page-99"))
            names += [item.metadata.name for item in page.items]
            versions.add(page.metadata.resource_version)
            token = page.metadata._continue
            if not token:
                break
        self.assertEqual([name for name in names if name.startswith("page")], [f"page-{n:02}" for n in range(25)])
        self.assertEqual(len(versions), 1)

    def test_selectors_choose(self):
        core = client.CoreV1Api()
        by_label = core.list_namespaced_config_map("python-lists", label_selector="test in (page-03, page-04)")
        self.assertEqual([item.metadata.name for item in by_label.items], ["page-03", "page-04"])
        by_field = core.list_namespaced_config_map("python-lists", field_selector="metadata.name=page-05")
        self.assertEqual([item.data["n"] for item in by_field.items], ["5"])


class Watches(unittest.TestCase):
    def test_a_watch_tells_what_happens_after_a_version_and_ends_at_its_timeout(self):
        core = client.CoreV1Api()
        version = core.list_namespaced_config_map(NAMESPACE).metadata.resource_version
        core.create_namespaced_config_map(NAMESPACE, config_map("watched", a="1"))
        core.patch_namespaced_config_map("watched", NAMESPACE, {"data": {"a": "2"}})
        core.delete_namespaced_config_map("watched", NAMESPACE)
        told = [
            (event["type"], event["object"].data["a"])
            for event in watch.Watch().stream(
                core.list_namespaced_config_map,
                NAMESPACE,
                label_selector="test=watched",
                resource_version=version,
                timeout_seconds=1,
            )
        ]
        self.assertEqual(told, [("ADDED", "1"), ("MODIFIED", "2"), ("DELETED", "2")])

    def test_a_watch_tells_what_happens_while_it_is_open(self):
        core = client.CoreV1Api()
        watching = watch.Watch()
        version = core.list_namespaced_config_map(NAMESPACE).metadata.resource_version
        events = watching.stream(core.list_namespaced_config_map, NAMESPACE, resource_version=version)
        maker = threading.Timer(
            0.2, lambda: client.CoreV1Api().create_namespaced_config_map(NAMESPACE, config_map("live"))
        )
        maker.start()
        for event in events:
            if event["object"].metadata.name == "live":
                watching.stop()
        maker.join()
        self.assertEqual(event["type"], "ADDED")

    def test_a_version_that_cannot_be_read_is_refused(self):
        with self.assertRaises(ApiException) as caught:
            core = client.CoreV1Api()
            for _ in watch.Watch().stream(core.list_namespaced_config_map, NAMESPACE, resource_version="nonsense"):
                self.fail("an event of no version")
        self.assertEqual(caught.exception.status, 422)


if __name__ == "__main__":
    unittest.main()
