package interop

import (
	"path/filepath"
	"strings"
	"testing"

	"interop/internal/check"
	"interop/internal/program"
)

// The collector that others use decodes everything that we send.
func TestTelemetry(t *testing.T) {
	collector := program.StartCollector(t)
	percipio := program.StartPercipio(t, program.Organization{Users: 30, Courses: 20, ActivityRows: 100})
	program.Sync(t, percipio, filepath.Join(t.TempDir(), "sync.c1z"),
		"BATON_OTEL_COLLECTOR_ENDPOINT="+collector.Endpoint,
		"BATON_OTEL_COLLECTOR_ENDPOINT_TLS_INSECURE=true",
		"OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=interop")

	whole := onlySpan(t, collector.Spans(), "syncer.Sync")
	check.Equal(t, "trace of the run", onlySpan(t, collector.Spans(), "localSyncer.Process").TraceID, whole.TraceID)
	printed := collector.Printed()
	for _, expected := range []string{
		"-> service.name: Str(baton-percipio-server)",
		"-> deployment.environment.name: Str(interop)",
		"Body: Str(synced grants)",
		"-> sync.type: Str(full)",
		"-> Name: baton.sync.rows",
		"-> Name: http.client.request.duration",
		"-> Name: baton.sync.last_success.time",
		"Trace ID: " + whole.TraceID,
	} {
		check.That(t, strings.Contains(printed, expected), "the collector did not get %q", expected)
	}
	check.That(t, !strings.Contains(printed, percipio.Token), "the token was sent")
}

// A Go runner and its child, which is our program, send their spans to the same collector: calls of the one are in the
// traces of the other.
func TestTelemetryOfSDKParent(t *testing.T) {
	// The runner drops what it has not sent when it ends.
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
	collector := program.StartCollector(t)
	percipio := program.StartPercipio(t, program.Organization{Users: 30, Courses: 20, ActivityRows: 100})
	parent := program.StartSDKParent(t, percipio, filepath.Join(t.TempDir(), "sync.c1z"), collector.Flags()...)
	result := parent.Wait(t)
	check.Equal(t, "exit code", result.ExitCode, 0)

	byID := map[string]program.ReceivedSpan{}
	for _, span := range collector.Spans() {
		byID[span.ID] = span
	}
	joined := map[string]bool{}
	for _, span := range byID {
		caller, isKnown := byID[span.ParentID]
		if span.Kind == "Server" && isKnown {
			check.Equal(t, "kind of the caller of "+span.Name, caller.Kind, "Client")
			check.Equal(t, "name of the caller", caller.Name, span.Name)
			check.Equal(t, "trace of the caller", caller.TraceID, span.TraceID)
			joined[span.Name] = true
		}
	}
	for _, name := range []string{
		"c1.connector.v2.ConnectorService/Validate",
		"c1.connector.v2.ResourcesService/ListResources",
	} {
		check.That(t, joined[name], "no span of %s has its caller: %v", name, joined)
	}
}

func onlySpan(t *testing.T, spans []program.ReceivedSpan, name string) program.ReceivedSpan {
	t.Helper()
	var found []program.ReceivedSpan
	for _, span := range spans {
		if span.Name == name {
			found = append(found, span)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d spans have the name %s, not one", len(found), name)
	}
	return found[0]
}
