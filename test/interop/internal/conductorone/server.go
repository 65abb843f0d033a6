// Package conductorone is a ConductorOne for one connector, made of parts of the Go SDK: its BatonService, its rules
// for messages, its parsing of client secrets and its validation of tokens. Anything that the SDK does not accept fails
// the test.
package conductorone

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"

	v1 "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"
	"github.com/conductorone/baton-sdk/pkg/ugrpc"
)

// name is its name for connectors. They reach it at another address, from BATON_C1_API_HOST: an audience taken from
// there would be rejected.
const name = "acme.conductorone.test"

// Server runs until the test ends.
type Server struct {
	*Board
	*TokenEndpoint

	environment []string
}

// Start starts a server on loopback. The token endpoint uses HTTP/1.1, and BatonService HTTP/2.
func Start(t testing.TB) *Server {
	t.Helper()
	certificate, authorityFile := newCertificate(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tokens := newTokenEndpoint(t)
	server := &Server{Board: newBoard(), TokenEndpoint: tokens, environment: []string{
		"BATON_C1_API_HOST=" + listener.Addr().String(),
		"BATON_HOST_ID=host-of-the-test",
		"SSL_CERT_FILE=" + authorityFile,
		"BATON_CLIENT_ID=" + tokens.clientID,
		"BATON_CLIENT_SECRET=" + tokens.clientSecret,
	}}

	ctx := context.WithoutCancel(t.Context())
	batonService := grpc.NewServer(
		grpc.ChainUnaryInterceptor(append([]grpc.UnaryServerInterceptor{tokens.letInUnary, server.noteHost}, ugrpc.UnaryServerInterceptor(ctx)...)...),
		grpc.ChainStreamInterceptor(append([]grpc.StreamServerInterceptor{tokens.letInStream}, ugrpc.StreamServerInterceptors(ctx)...)...),
	)
	v1.RegisterBatonServiceServer(batonService, server.Board)
	http2, http1 := newPipe(listener.Addr()), newPipe(listener.Addr())
	web := &http.Server{Handler: tokens, ReadHeaderTimeout: time.Minute}
	go func() { _ = batonService.Serve(http2) }()
	go func() { _ = web.Serve(http1) }()
	go acceptByProtocol(listener, &tls.Config{
		Certificates: []tls.Certificate{certificate},
		// gRPC clients offer only h2. A client that offers both wants the token endpoint.
		NextProtos: []string{"http/1.1", "h2"},
		MinVersion: tls.VersionTLS12,
	}, http2, http1)
	t.Cleanup(func() {
		_ = listener.Close()
		batonService.Stop()
		_ = web.Close()
	})
	return server
}

// Env is the variables for a connector.
func (s *Server) Env() []string {
	return s.environment
}

// acceptByProtocol passes each connection to the server for the negotiated protocol.
func acceptByProtocol(listener net.Listener, config *tls.Config, http2, http1 *pipe) {
	for {
		accepted, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			connection := tls.Server(accepted, config)
			if err := connection.Handshake(); err != nil {
				_ = connection.Close()
				return
			}
			to := http1
			if connection.ConnectionState().NegotiatedProtocol == "h2" {
				to = http2
			}
			select {
			case to.connections <- connection:
			case <-to.closed:
				_ = connection.Close()
			}
		}()
	}
}

// pipe is a listener for connections that another one has accepted.
type pipe struct {
	connections chan net.Conn
	closed      chan struct{}
	close       func()
	address     net.Addr
}

func newPipe(address net.Addr) *pipe {
	closed := make(chan struct{})
	return &pipe{make(chan net.Conn), closed, sync.OnceFunc(func() { close(closed) }), address}
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case connection := <-p.connections:
		return connection, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipe) Close() error {
	p.close()
	return nil
}

func (p *pipe) Addr() net.Addr {
	return p.address
}
