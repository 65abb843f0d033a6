package program

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// Collector is an OpenTelemetry collector, running.
type Collector struct {
	// Endpoint is its address for OTLP over gRPC, without TLS.
	Endpoint string

	process *process
}

// ReceivedSpan is a span that a collector has received.
type ReceivedSpan struct {
	TraceID, ParentID, ID, Name, Kind string
}

// collectorPath builds it. The first time on a machine this takes minutes; Go caches what it has built.
var collectorPath = sync.OnceValues(func() (string, error) {
	dir, err := checkout()
	if err != nil {
		return "", err
	}
	source := filepath.Join(dir, "test", "interop", "collector")
	path := filepath.Join(dir, "node_modules", ".cache", "otel-collector")
	if output, err := exec.Command("go", "build", "-C", source, "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, output)
	}
	return path, nil
})

const collectorConfig = `{
	receivers: {otlp: {protocols: {grpc: {endpoint: "%s"}}}},
	exporters: {debug: {verbosity: detailed}},
	service: {
		telemetry: {metrics: {level: none}},
		pipelines: {
			traces: {receivers: [otlp], exporters: [debug]},
			logs: {receivers: [otlp], exporters: [debug]},
			metrics: {receivers: [otlp], exporters: [debug]},
		},
	},
}`

// StartCollector starts a collector.
func StartCollector(t testing.TB) *Collector {
	t.Helper()
	path, err := collectorPath()
	if err != nil {
		t.Fatalf("cannot build the collector: %v", err)
	}
	endpoint := freeAddress(t)
	config := strings.ReplaceAll(fmt.Sprintf(collectorConfig, endpoint), "\t", " ")
	collector := &Collector{endpoint, startCommand(t, newCommand(context.Background(), nil, []string{path, config}))}
	for deadline := time.Now().Add(startTimeout); !strings.Contains(collector.Printed(), "Everything is ready"); {
		if time.Now().After(deadline) {
			t.Fatalf("the collector is not ready after %s", startTimeout)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return collector
}

// Flags are the settings that lead to it.
func (c *Collector) Flags() []string {
	return []string{"--otel-collector-endpoint", c.Endpoint, "--otel-collector-endpoint-tls-insecure"}
}

// Printed is what it has printed: all that it has received, as its debug exporter writes it.
func (c *Collector) Printed() string {
	return string(c.process.stderr.all())
}

var spanPattern = regexp.MustCompile(
	`(?m)^ +Trace ID +: (\w+)\n +Parent ID +: (\w*)\n +ID +: (\w+)\n +Name +: (.*)\n +Kind +: (\w+)`)

// Spans are those of all that it has received.
func (c *Collector) Spans() []ReceivedSpan {
	var spans []ReceivedSpan
	for _, found := range spanPattern.FindAllStringSubmatch(c.Printed(), -1) {
		spans = append(spans, ReceivedSpan{found[1], found[2], found[3], found[4], found[5]})
	}
	return spans
}

// freeAddress is an address of loopback on which nothing listens.
func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
