// Package hosted is what surrounds a connector that ConductorOne hosts: an AWS Lambda whose invocations the SDK's own
// transport makes, and a ConductorOne made of the SDK's parts, which checks the proofs and serves the config.
package hosted

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

const (
	runtimePath = "/2018-06-01/runtime"
	// functionName is the name of the connector's function.
	functionName = "connector"
	// responseBytesMax is what Lambda accepts as a response: 6 MiB and 100 bytes.
	responseBytesMax = 6_291_556
	// answerTimeout is generous: it only catches a process that never answers.
	answerTimeout = 60 * time.Second
)

// Lambda hands invocations to one process, one after the other: the runtime API for the process, and the endpoint for
// callers. Its hooks may be set before the first invocation.
type Lambda struct {
	// Timeout is the time that an invocation may take, as the process is told.
	Timeout time.Duration
	// Before runs before an invocation is handed out, with the number of those so far; Idle when the process asks for
	// the next one.
	Before func(count int)
	Idle   func()

	server *httptest.Server
	// one is held by the invocation that runs.
	one      sync.Mutex
	jobs     chan job
	outcomes chan outcome

	mutex         sync.Mutex
	count         int
	waiting       int
	rejectWith    int
	longest       time.Duration
	startFailures []Failure
}

// Failure is how the process reports one.
type Failure struct {
	ErrorMessage, ErrorType string
}

type job struct {
	id      string
	payload []byte
}

type outcome struct {
	isError bool
	body    []byte
}

// StartLambda starts one on loopback.
func StartLambda(t testing.TB) *Lambda {
	t.Helper()
	l := &Lambda{Timeout: time.Minute, jobs: make(chan job), outcomes: make(chan outcome, 1)}
	l.server = httptest.NewServer(l)
	t.Cleanup(func() {
		l.server.CloseClientConnections()
		l.server.Close()
	})
	return l
}

// Env is the variable that leads the process to it.
func (l *Lambda) Env() []string {
	return []string{"AWS_LAMBDA_RUNTIME_API=" + l.server.Listener.Addr().String()}
}

// Client is AWS's own client for it.
func (l *Lambda) Client() *lambda.Client {
	return lambda.New(lambda.Options{
		BaseEndpoint: aws.String(l.server.URL),
		Region:       awsRegion,
		Credentials:  credentials.NewStaticCredentialsProvider("caller", "secret of the caller", ""),
		Retryer:      aws.NopRetryer{},
	})
}

// StartFailures are the failed starts that the process has reported.
func (l *Lambda) StartFailures() []Failure {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return append([]Failure(nil), l.startFailures...)
}

// Count is the number of invocations so far, and Longest the time that the longest took.
func (l *Lambda) Count() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.count
}

// Longest is the time that the longest invocation took, between the request and the response of the process.
func (l *Lambda) Longest() time.Duration {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.longest
}

// RejectNext makes the runtime API answer the next response with a status.
func (l *Lambda) RejectNext(status int) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.rejectWith = status
}

// WaitUntilReady waits until the process asks for an invocation, and fails the test if it does not within 60 s.
func (l *Lambda) WaitUntilReady(t testing.TB) {
	t.Helper()
	l.waitFor(t, 1)
}

// WaitUntilGone waits until no process asks for an invocation.
func (l *Lambda) WaitUntilGone(t testing.TB) {
	t.Helper()
	l.waitFor(t, 0)
}

func (l *Lambda) waitFor(t testing.TB, waiting int) {
	t.Helper()
	for deadline := time.Now().Add(answerTimeout); ; time.Sleep(5 * time.Millisecond) {
		l.mutex.Lock()
		reached := l.waiting == waiting
		l.mutex.Unlock()
		if reached {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("after %s there are not %d processes that ask for an invocation", answerTimeout, waiting)
			return
		}
	}
}

func (l *Lambda) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	path, isRuntime := strings.CutPrefix(request.URL.Path, runtimePath)
	switch {
	case !isRuntime:
		l.invoke(answer, request)
	case path == "/invocation/next" && request.Method == http.MethodGet:
		l.next(answer, request)
	case request.Method == http.MethodPost:
		l.take(answer, request, path)
	default:
		answer.WriteHeader(http.StatusNotFound)
	}
}

// invoke is the endpoint for callers.
func (l *Lambda) invoke(answer http.ResponseWriter, request *http.Request) {
	if request.URL.Path != "/2015-03-31/functions/"+functionName+"/invocations" {
		answer.WriteHeader(http.StatusNotFound)
		return
	}
	payload, err := io.ReadAll(request.Body)
	if err != nil {
		answer.WriteHeader(http.StatusBadRequest)
		return
	}
	l.one.Lock()
	defer l.one.Unlock()
	l.mutex.Lock()
	count := l.count
	l.count++
	l.mutex.Unlock()
	if l.Before != nil {
		l.Before(count)
	}
	var result outcome
	started := time.Now()
	expired := time.After(answerTimeout)
	select {
	case l.jobs <- job{strconv.Itoa(count), payload}:
	case <-expired:
	}
	select {
	case result = <-l.outcomes:
	case <-expired:
		result = outcome{true, []byte(`{"errorType":"Runtime.ExitError","errorMessage":"the process does not answer"}`)}
	}
	l.mutex.Lock()
	l.longest = max(l.longest, time.Since(started))
	l.mutex.Unlock()
	if result.isError {
		answer.Header().Set("X-Amz-Function-Error", "Unhandled")
	}
	_, _ = answer.Write(result.body)
}

func (l *Lambda) next(answer http.ResponseWriter, request *http.Request) {
	l.addWaiting(1)
	defer l.addWaiting(-1)
	if l.Idle != nil {
		l.Idle()
	}
	select {
	case next := <-l.jobs:
		header := answer.Header()
		header.Set("Content-Type", "application/json")
		header.Set("Lambda-Runtime-Aws-Request-Id", next.id)
		header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(l.Timeout).UnixMilli(), 10))
		header.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:"+awsRegion+":123456789012:function:"+functionName)
		_, _ = answer.Write(next.payload)
	case <-request.Context().Done():
	}
}

func (l *Lambda) addWaiting(change int) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.waiting += change
}

// take is what the process posts.
func (l *Lambda) take(answer http.ResponseWriter, request *http.Request, path string) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return
	}
	l.mutex.Lock()
	status := l.rejectWith
	if path == "/init/error" {
		var failure Failure
		_ = json.Unmarshal(body, &failure)
		l.startFailures = append(l.startFailures, failure)
	} else if strings.HasSuffix(path, "/response") {
		l.rejectWith = 0
	}
	l.mutex.Unlock()
	switch {
	case path == "/init/error":
	case strings.HasSuffix(path, "/error"):
		l.outcomes <- outcome{true, body}
	case status != 0:
		answer.WriteHeader(status)
		return
	case len(body) > responseBytesMax:
		answer.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	default:
		l.outcomes <- outcome{false, body}
	}
	answer.WriteHeader(http.StatusAccepted)
}
