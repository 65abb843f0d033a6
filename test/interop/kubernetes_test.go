package interop

import (
	"os"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"interop/internal/check"
	"interop/internal/program"
)

// The manifests in deploy/kubernetes, decoded as strictly as by the API server.
func TestKubernetesManifests(t *testing.T) {
	decode := newManifestDecoder(t)
	secretText, deploymentText := readManifest(t, "secret.yaml"), readManifest(t, "deployment.yaml")
	secret := decodeManifest[*corev1.Secret](t, decode, secretText)
	deployment := decodeManifest[*appsv1.Deployment](t, decode, deploymentText)
	pod := deployment.Spec.Template.Spec
	check.Equal(t, "containers", len(pod.Containers), 1)
	container := pod.Containers[0]

	t.Run("a field that Kubernetes does not know is refused, and a label that is no string", func(t *testing.T) {
		for _, mistake := range []struct{ text, right, wrong, refusal string }{
			{deploymentText, "livenessProbe:", "livenesProbe:", "unknown field"},
			{deploymentText, "readOnlyRootFilesystem:", "readOnlyRootFileSystem:", "unknown field"},
			{deploymentText, `baton: "true"`, "baton: true", "cannot unmarshal bool"},
			{deploymentText, "memory: 1Gi", "memory: 1GiB", "quantities must match"},
			{deploymentText, "  replicas: 1", "  replicas: 1\n  replicas: 2", "already set"},
			{secretText, "stringData:", "stringdata:", "unknown field"},
		} {
			check.That(t, strings.Contains(mistake.text, mistake.right), "the manifest has no %q", mistake.right)
			_, err := decode(strings.ReplaceAll(mistake.text, mistake.right, mistake.wrong))
			check.That(t, err != nil && strings.Contains(err.Error(), mistake.refusal), "%s: %v", mistake.wrong, err)
		}
	})

	t.Run("the names are those of ConductorOne's instructions", func(t *testing.T) {
		check.Equal(t, "secret", secret.Name, "baton-percipio-secrets")
		check.Equal(t, "its type", secret.Type, corev1.SecretTypeOpaque)
		check.SameIDs(t, "its keys", keysOf(secret.StringData), []string{
			"BATON_API_TOKEN", "BATON_CLIENT_ID", "BATON_CLIENT_SECRET", "BATON_LIMITED_COURSES", "BATON_ORGANIZATION_ID"})
		check.Equal(t, "deployment", deployment.Name, "baton-percipio")
		check.Equal(t, "container", container.Name, "baton-percipio")
		check.Equal(t, "labels", labels.FormatLabels(deployment.Spec.Template.Labels),
			"app=baton-percipio,baton-app=percipio,baton=true")
		check.Equal(t, "image pull policy", container.ImagePullPolicy, corev1.PullIfNotPresent)
		check.Equal(t, "command and arguments", len(container.Command)+len(container.Args), 0)
	})

	t.Run("what refers to something refers to what is there", func(t *testing.T) {
		check.Equal(t, "environment from", container.EnvFrom[0].SecretRef.Name, secret.Name)
		own := labels.Set(deployment.Spec.Template.Labels)
		check.That(t, labels.SelectorFromSet(deployment.Spec.Selector.MatchLabels).Matches(own), "the selector finds not its pods")
		for _, spread := range pod.TopologySpreadConstraints {
			check.That(t, labels.SelectorFromSet(spread.LabelSelector.MatchLabels).Matches(own), "the spread counts other pods")
		}
		for _, set := range []map[string]string{secret.Labels, deployment.Labels, own} {
			check.That(t, len(metav1validation.ValidateLabels(set, field.NewPath("labels"))) == 0, "labels %v", set)
		}
		for _, name := range []string{secret.Name, deployment.Name, container.Name} {
			check.That(t, len(validation.IsDNS1123Label(name)) == 0, "name %s", name)
		}
		for _, mount := range container.VolumeMounts {
			named := func(volume corev1.Volume) bool { return volume.Name == mount.Name }
			check.That(t, slices.ContainsFunc(pod.Volumes, named), "there is no volume %s", mount.Name)
		}
		for _, probe := range []*corev1.Probe{container.StartupProbe, container.LivenessProbe, container.ReadinessProbe} {
			check.That(t, probe != nil && probe.HTTPGet != nil, "a probe is missing, or asks nothing")
			named := func(port corev1.ContainerPort) bool { return port.Name == probe.HTTPGet.Port.String() }
			check.That(t, slices.ContainsFunc(container.Ports, named), "there is no port %s", probe.HTTPGet.Port.String())
		}
	})

	t.Run("the pod keeps to the restricted Pod Security Standard, and writes to its temporary folder alone", func(t *testing.T) {
		check.Equal(t, "run as non-root", *pod.SecurityContext.RunAsNonRoot, true)
		check.That(t, *pod.SecurityContext.RunAsUser > 0, "the user is root")
		check.Equal(t, "seccomp", pod.SecurityContext.SeccompProfile.Type, corev1.SeccompProfileTypeRuntimeDefault)
		check.Equal(t, "service account token", *pod.AutomountServiceAccountToken, false)
		check.Equal(t, "host network", pod.HostNetwork, false)
		check.Equal(t, "privilege escalation", *container.SecurityContext.AllowPrivilegeEscalation, false)
		check.Equal(t, "read-only root", *container.SecurityContext.ReadOnlyRootFilesystem, true)
		check.SameIDs(t, "dropped capabilities", dropped(container), []string{"ALL"})
		check.Equal(t, "volumes", len(pod.Volumes), 1)
		check.That(t, pod.Volumes[0].EmptyDir != nil, "the volume is no emptyDir")
		check.Equal(t, "mount", container.VolumeMounts[0].MountPath, "/tmp")
	})

	t.Run("there is memory for a million rows, and time to stop", func(t *testing.T) {
		// The memory measured in docs/deploy.md, and half as much again.
		check.That(t, container.Resources.Limits.Memory().Cmp(resource.MustParse("900Mi")) >= 0, "too little memory")
		for name, requested := range container.Resources.Requests {
			limit, limited := container.Resources.Limits[name]
			check.That(t, !limited || requested.Cmp(limit) <= 0, "%s: more is requested than the limit", name)
		}
		// Tasks drain for 20 s, and their reports take up to 30 s.
		check.That(t, *pod.TerminationGracePeriodSeconds > 50, "killed before tasks are given back")
	})
}

func newManifestDecoder(t *testing.T) func(text string) (runtime.Object, error) {
	t.Helper()
	scheme := runtime.NewScheme()
	check.Succeeds(t, "types of core/v1", corev1.AddToScheme(scheme))
	check.Succeeds(t, "types of apps/v1", appsv1.AddToScheme(scheme))
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	return func(text string) (runtime.Object, error) {
		object, _, err := decoder.Decode([]byte(text), nil, nil)
		return object, err
	}
}

func decodeManifest[Object runtime.Object](t *testing.T, decode func(string) (runtime.Object, error), text string) Object {
	t.Helper()
	decoded, err := decode(text)
	check.Succeeds(t, "decoding", err)
	object, ok := decoded.(Object)
	check.That(t, ok, "decoded is a %T", decoded)
	return object
}

func readManifest(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(program.InCheckout(t, "deploy", "kubernetes", name))
	check.Succeeds(t, "reading "+name, err)
	return string(text)
}

func keysOf(values map[string]string) (keys []string) {
	for key := range values {
		keys = append(keys, key)
	}
	return keys
}

func dropped(container corev1.Container) (names []string) {
	for _, capability := range container.SecurityContext.Capabilities.Drop {
		names = append(names, string(capability))
	}
	return names
}
