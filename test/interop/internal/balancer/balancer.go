// Package balancer is one gRPC address in front of several servers. It sends each call to the next server, whatever
// connection it came on: this exposes callers that rely on reaching the same server twice.
package balancer

import (
	"context"
	"fmt"
	"io"
	"net"
	"path"
	"slices"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// Call is one call to the balancer.
type Call struct {
	// Method is /package.Service/Method.
	Method string
	// Server is the index of the server it is sent to, in the order given to Start.
	Server int
}

// Balancer stands in front of servers until the test ends.
type Balancer struct {
	// Address is host:port.
	Address string
	// Before runs before each call; it may be nil. Set it before the first call.
	Before func(Call)

	servers []*grpc.ClientConn
	mutex   sync.Mutex
	// alive are the servers that get calls, and next is the index of the next one to use.
	alive []int
	next  int
	calls []Call
}

// Start puts a balancer in front of the servers at these addresses (plaintext).
func Start(t testing.TB, addresses ...string) *Balancer {
	t.Helper()
	b := &Balancer{}
	for i, address := range addresses {
		connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = connection.Close() })
		b.servers, b.alive = append(b.servers, connection), append(b.alive, i)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.Address = listener.Addr().String()
	server := grpc.NewServer(grpc.ForceServerCodecV2(rawCodec{}), grpc.UnknownServiceHandler(b.forward))
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return b
}

// Drop removes a server from the rotation, as a balancer does when it finds a dead one.
func (b *Balancer) Drop(server int) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.alive = slices.DeleteFunc(b.alive, func(other int) bool { return other == server })
}

// Counts returns how many calls of a method, named without its service, each server got so far.
func (b *Balancer) Counts(method string) []int {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	counts := make([]int, len(b.servers))
	for _, call := range b.calls {
		if path.Base(call.Method) == method {
			counts[call.Server]++
		}
	}
	return counts
}

func (b *Balancer) take(method string) (Call, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if len(b.alive) == 0 {
		return Call{}, status.Error(codes.Unavailable, "no server is left")
	}
	call := Call{Method: method, Server: b.alive[b.next%len(b.alive)]}
	b.next++
	b.calls = append(b.calls, call)
	return call, nil
}

// forward sends one request to a server, and returns all its responses. Every method of a connector takes one request.
func (b *Balancer) forward(_ any, from grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(from)
	call, err := b.take(method)
	if err != nil {
		return err
	}
	if b.Before != nil {
		b.Before(call)
	}
	ctx := from.Context()
	if received, ok := metadata.FromIncomingContext(ctx); ok {
		ctx = metadata.NewOutgoingContext(ctx, received)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	to, err := b.servers[call.Server].NewStream(ctx,
		&grpc.StreamDesc{StreamName: method, ServerStreams: true}, method, grpc.ForceCodecV2(rawCodec{}))
	if err != nil {
		return err
	}
	var request []byte
	if err := from.RecvMsg(&request); err != nil {
		return err
	}
	if err := to.SendMsg(&request); err != nil && err != io.EOF {
		return err
	}
	if err := to.CloseSend(); err != nil {
		return err
	}
	for {
		var answer []byte
		err := to.RecvMsg(&answer)
		if err != nil {
			from.SetTrailer(to.Trailer())
			if err == io.EOF {
				return nil
			}
			return err
		}
		if err := from.SendMsg(&answer); err != nil {
			return err
		}
	}
}

// rawCodec forwards messages unchanged.
type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Marshal(message any) (mem.BufferSlice, error) {
	bytes, ok := message.(*[]byte)
	if !ok {
		return nil, fmt.Errorf("%T is not raw", message)
	}
	return mem.BufferSlice{mem.SliceBuffer(*bytes)}, nil
}

func (rawCodec) Unmarshal(data mem.BufferSlice, message any) error {
	bytes, ok := message.(*[]byte)
	if !ok {
		return fmt.Errorf("%T is not raw", message)
	}
	*bytes = data.Materialize()
	return nil
}
