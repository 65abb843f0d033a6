package conductorone

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	v1 "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"
)

const (
	pollInterval      = 10 * time.Millisecond
	heartbeatInterval = time.Second
	// waitMax is generous: it only catches events that never happen.
	waitMax = time.Minute
)

// Board is BatonService: it has the connector's tasks, and everything it received for them.
type Board struct {
	v1.UnimplementedBatonServiceServer

	mutex   sync.Mutex
	changed *sync.Cond
	queued  []*v1.Task
	// calls are the names of the called methods, in order.
	calls      []string
	userAgents map[string]bool
	hostIDs    map[string]bool
	hellos     []*v1.BatonServiceHelloRequest
	heartbeats map[string]int
	uploads    map[string][]Upload
	finished   map[string][]*v1.BatonServiceFinishTaskRequest
}

// Upload is a file that arrived complete, with the right checksum.
type Upload struct {
	Bytes []byte
	// Chunks are the sizes of its messages.
	Chunks []int
}

func newBoard() *Board {
	board := &Board{
		userAgents: map[string]bool{},
		hostIDs:    map[string]bool{},
		heartbeats: map[string]int{},
		uploads:    map[string][]Upload{},
		finished:   map[string][]*v1.BatonServiceFinishTaskRequest{},
	}
	board.changed = sync.NewCond(&board.mutex)
	return board
}

// Add queues a task, and returns its new id.
func (b *Board) Add(task *v1.Task) string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	// 26 characters, and task ids have 27.
	task.SetId("T" + rand.Text())
	b.queued = append(b.queued, task)
	return task.GetId()
}

// Finished waits until the end of a task is reported.
func (b *Board) Finished(t testing.TB, id string) *v1.BatonServiceFinishTaskRequest {
	t.Helper()
	b.WaitUntil(t, "the end of task "+id, func() bool { return len(b.finished[id]) > 0 })
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.finished[id][0]
}

// WaitForHeartbeats waits for this many heartbeats of a task.
func (b *Board) WaitForHeartbeats(t testing.TB, id string, count int) {
	t.Helper()
	b.WaitUntil(t, "heartbeats of task "+id, func() bool { return b.heartbeats[id] >= count })
}

// WaitForHello waits until a connector has said hello for a task, or at its start if the id is empty.
func (b *Board) WaitForHello(t testing.TB, taskID string) *v1.BatonServiceHelloRequest {
	t.Helper()
	var hello *v1.BatonServiceHelloRequest
	b.WaitUntil(t, "Hello", func() bool {
		for _, each := range b.hellos {
			if each.GetTaskId() == taskID {
				hello = each
			}
		}
		return hello != nil
	})
	return hello
}

// WaitUntil waits until a condition is true. The test ends if that never happens.
func (b *Board) WaitUntil(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(waitMax)
	wake := time.AfterFunc(waitMax, b.changed.Broadcast)
	defer wake.Stop()
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("%s has not come within %s; calls so far: %v", what, waitMax, tail(b.calls))
		}
		b.changed.Wait()
	}
}

// FinishCount is how often the end of a task was reported.
func (b *Board) FinishCount(id string) int {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return len(b.finished[id])
}

// Uploads are the files received for a task.
func (b *Board) Uploads(id string) []Upload {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return slices.Clone(b.uploads[id])
}

// Calls are the names of the called methods, in order, without repetitions in a row.
func (b *Board) Calls() []string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return slices.Compact(slices.Clone(b.calls))
}

// UserAgents are the user agents of calls.
func (b *Board) UserAgents() []string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return keys(b.userAgents)
}

// HostIDs are the host ids in messages.
func (b *Board) HostIDs() []string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return keys(b.hostIDs)
}

func (b *Board) Hello(ctx context.Context, request *v1.BatonServiceHelloRequest) (*v1.BatonServiceHelloResponse, error) {
	defer b.note(ctx, "Hello")()
	b.hellos = append(b.hellos, request)
	return &v1.BatonServiceHelloResponse{}, nil
}

func (b *Board) GetTask(ctx context.Context, _ *v1.BatonServiceGetTaskRequest) (*v1.BatonServiceGetTaskResponse, error) {
	defer b.note(ctx, "GetTask")()
	response := v1.BatonServiceGetTaskResponse_builder{
		NextPoll: durationpb.New(pollInterval), NextHeartbeat: durationpb.New(heartbeatInterval),
	}.Build()
	if tasks := b.take(1, nil); len(tasks) > 0 {
		response.SetTask(tasks[0])
	}
	return response, nil
}

func (b *Board) GetTasks(ctx context.Context, request *v1.BatonServiceGetTasksRequest) (*v1.BatonServiceGetTasksResponse, error) {
	defer b.note(ctx, "GetTasks")()
	return v1.BatonServiceGetTasksResponse_builder{
		Tasks:    b.take(int(request.GetPageSize()), request.GetKnownTaskIds()),
		NextPoll: durationpb.New(pollInterval), NextHeartbeat: durationpb.New(heartbeatInterval),
	}.Build(), nil
}

func (b *Board) Heartbeat(ctx context.Context, request *v1.BatonServiceHeartbeatRequest) (*v1.BatonServiceHeartbeatResponse, error) {
	defer b.note(ctx, "Heartbeat")()
	b.heartbeats[request.GetTaskId()]++
	return v1.BatonServiceHeartbeatResponse_builder{NextHeartbeat: durationpb.New(heartbeatInterval)}.Build(), nil
}

func (b *Board) FinishTask(ctx context.Context, request *v1.BatonServiceFinishTaskRequest) (*v1.BatonServiceFinishTaskResponse, error) {
	defer b.note(ctx, "FinishTask")()
	b.finished[request.GetTaskId()] = append(b.finished[request.GetTaskId()], request)
	return &v1.BatonServiceFinishTaskResponse{}, nil
}

func (b *Board) UploadAsset(stream grpc.ClientStreamingServer[v1.BatonServiceUploadAssetRequest, v1.BatonServiceUploadAssetResponse]) error {
	taskID, upload, err := receive(stream)
	if err != nil {
		return err
	}
	defer b.note(stream.Context(), "UploadAsset")()
	b.uploads[taskID] = append(b.uploads[taskID], upload)
	return stream.SendAndClose(&v1.BatonServiceUploadAssetResponse{})
}

// receive takes one stream: metadata, data, the end with the checksum, and nothing after that.
func receive(stream grpc.ClientStreamingServer[v1.BatonServiceUploadAssetRequest, v1.BatonServiceUploadAssetResponse]) (string, Upload, error) {
	var upload Upload
	first, err := stream.Recv()
	if err != nil {
		return "", upload, err
	}
	if !first.HasMetadata() {
		return "", upload, status.Error(codes.InvalidArgument, "metadata must come first")
	}
	for {
		message, err := stream.Recv()
		if err != nil {
			return "", upload, err
		}
		if message.HasEof() {
			sum := sha256.Sum256(upload.Bytes)
			if !bytes.Equal(sum[:], message.GetEof().GetSha256Checksum()) {
				return "", upload, status.Error(codes.DataLoss, "the checksum is wrong")
			}
			if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
				return "", upload, status.Error(codes.InvalidArgument, "something comes after the end")
			}
			return first.GetMetadata().GetTaskId(), upload, nil
		}
		if !message.HasData() {
			return "", upload, status.Error(codes.InvalidArgument, "metadata must come once")
		}
		upload.Bytes = append(upload.Bytes, message.GetData().GetData()...)
		upload.Chunks = append(upload.Chunks, len(message.GetData().GetData()))
	}
}

// noteHost records the calling host.
func (b *Board) noteHost(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	if message, has := request.(interface{ GetHostId() string }); has {
		b.mutex.Lock()
		b.hostIDs[message.GetHostId()] = true
		b.mutex.Unlock()
	}
	return handle(ctx, request)
}

// note begins a call, and returns a function that ends it: the board is locked in between.
func (b *Board) note(ctx context.Context, method string) func() {
	b.mutex.Lock()
	b.calls = append(b.calls, method)
	for _, userAgent := range metadata.ValueFromIncomingContext(ctx, "user-agent") {
		b.userAgents[userAgent] = true
	}
	return func() {
		b.changed.Broadcast()
		b.mutex.Unlock()
	}
}

func (b *Board) take(count int, known []string) []*v1.Task {
	var taken, left []*v1.Task
	for _, task := range b.queued {
		if len(taken) < count && !slices.Contains(known, task.GetId()) {
			taken = append(taken, task)
		} else {
			left = append(left, task)
		}
	}
	b.queued = left
	return taken
}

func keys(set map[string]bool) []string {
	var all []string
	for key := range set {
		all = append(all, key)
	}
	slices.Sort(all)
	return all
}

func tail(calls []string) []string {
	return calls[max(0, len(calls)-20):]
}
