package goconnector

import (
	"context"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/connectorbuilder"
	"github.com/conductorone/baton-sdk/pkg/ugrpc"
)

// Fault is what is wrong with a connector. The zero value is no fault.
type Fault struct {
	// Data changes the listed items.
	Data func(*Data)
	// Call runs between the caller and the server, which validates requests like every server of the SDK. It may change
	// the request and the response, which is a copy, or respond by itself.
	Call func(request proto.Message, serve func(proto.Message) (proto.Message, error)) (proto.Message, error)
}

// Serve serves the connector over gRPC on loopback until the test ends, with the SDK's interceptors, and returns its
// address.
func Serve(t testing.TB, fault Fault) (address string) {
	t.Helper()
	// Not the context of the test: the server ends after it.
	ctx := context.WithoutCancel(t.Context())
	data, err := newData()
	if err != nil {
		t.Fatal(err)
	}
	if fault.Data != nil {
		fault.Data(data)
	}
	connector, err := connectorbuilder.NewConnector(ctx, &connector{data})
	if err != nil {
		t.Fatal(err)
	}
	interceptors := ugrpc.UnaryServerInterceptor(ctx)
	if fault.Call != nil {
		interceptors = append([]grpc.UnaryServerInterceptor{plant(fault)}, interceptors...)
	}
	server := grpc.NewServer(grpc.ChainUnaryInterceptor(interceptors...), grpc.ChainStreamInterceptor(ugrpc.StreamServerInterceptors(ctx)...))
	// As the SDK registers them for a child process with provisioning and ticketing.
	v2.RegisterConnectorServiceServer(server, connector)
	v2.RegisterResourceTypesServiceServer(server, connector)
	v2.RegisterResourcesServiceServer(server, connector)
	v2.RegisterResourceGetterServiceServer(server, connector)
	v2.RegisterEntitlementsServiceServer(server, connector)
	v2.RegisterGrantsServiceServer(server, connector)
	v2.RegisterGrantManagerServiceServer(server, connector)
	v2.RegisterResourceManagerServiceServer(server, connector)
	v2.RegisterResourceDeleterServiceServer(server, connector)
	v2.RegisterAccountManagerServiceServer(server, connector)
	v2.RegisterCredentialManagerServiceServer(server, connector)
	v2.RegisterEventServiceServer(server, connector)
	v2.RegisterTicketsServiceServer(server, connector)
	v2.RegisterActionServiceServer(server, connector)
	v2.RegisterAssetServiceServer(server, connector)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return listener.Addr().String()
}

func plant(fault Fault) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
		return fault.Call(request.(proto.Message), func(request proto.Message) (proto.Message, error) {
			answer, err := handle(ctx, request)
			if err != nil {
				return nil, err
			}
			// A changed response must not change the connector's data.
			return proto.Clone(answer.(proto.Message)), nil
		})
	}
}
