package hosted

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/conductorone/dpop/integrations/dpop_grpc"
	"github.com/conductorone/dpop/pkg/dpop"

	v1 "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"
	"github.com/conductorone/baton-sdk/pkg/crypto/providers/jwk"
	"github.com/conductorone/baton-sdk/pkg/ugrpc"
)

// Config is what the next call for a config gets.
type Config struct {
	Values map[string]any
	// Version is missing in the response if it is nil.
	Version *string
	Policy  *v1.ServedPolicyEnvelope
	// Fault fails the call.
	Fault codes.Code
}

// Server is a ConductorOne for hosted connectors.
type Server struct {
	*tokenEndpoint

	hosts           []*httptest.Server
	certificateFile string
	separate        bool

	mutex      sync.Mutex
	config     Config
	requested  []string
	userAgents map[string]bool
	sessions   map[string][]byte
	syncIDs    map[string]bool
}

// Options are how a Server differs from the usual one.
type Options struct {
	// Separate hosts issue tokens and serve the config, and the client id names neither.
	Separate bool
	// NoSessions leaves the session store out.
	NoSessions bool
	// NoSessionToken leaves the token out of the credentials of AWS.
	NoSessionToken bool
}

// Start starts a server on loopback.
func Start(t testing.TB, config Config, options Options) *Server {
	t.Helper()
	s := &Server{config: config, separate: options.Separate, userAgents: map[string]bool{}, sessions: map[string][]byte{}, syncIDs: map[string]bool{}}
	web := http.NewServeMux()
	tokens := s.host(t, web)
	configs := tokens
	if options.Separate {
		configs = s.host(t, web)
	}
	s.tokenEndpoint = newTokenEndpoint(t, tokens.Listener.Addr().String(), options)
	proven := dpop_grpc.ServerUnaryInterceptor(
		dpop_grpc.WithAuthority(configs.Listener.Addr().String()),
		dpop_grpc.WithValidationOptions(dpop.WithAccessTokenBindingValidator(s.checkBinding), dpop.WithJTIStore(s.noteProofID)),
	)
	services := grpc.NewServer(grpc.ChainUnaryInterceptor(
		append([]grpc.UnaryServerInterceptor{proven, mustBeProven, s.noteAgent}, ugrpc.UnaryServerInterceptor(context.WithoutCancel(t.Context()))...)...))
	v1.RegisterConnectorConfigServiceServer(services, configService{Server: s})
	if !options.NoSessions {
		v1.RegisterBatonSessionServiceServer(services, sessionService{Server: s})
	}
	web.Handle("/auth/v1/token", s.tokenEndpoint)
	web.Handle("/", services)
	s.certificateFile = filepath.Join(t.TempDir(), "authority.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: tokens.Certificate().Raw})
	if err := os.WriteFile(s.certificateFile, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *Server) host(t testing.TB, handler http.Handler) *httptest.Server {
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.StartTLS()
	s.hosts = append(s.hosts, server)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server
}

// Env are the variables for a connector.
func (s *Server) Env() []string {
	env := append(s.env(), "BATON_LAMBDA_CA_CERT_PATH="+s.certificateFile)
	if s.separate {
		env = append(env,
			"BATON_LAMBDA_TOKEN_HOST="+s.hosts[0].Listener.Addr().String(),
			"BATON_LAMBDA_CONFIGURATION_HOST="+s.hosts[1].Listener.Addr().String())
	}
	return env
}

// Drop closes all connections.
func (s *Server) Drop() {
	for _, host := range s.hosts {
		host.CloseClientConnections()
	}
}

// Serve changes what is served from now on.
func (s *Server) Serve(config Config) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.config = config
}

// Requested are the versions that the connector has asked for, in order.
func (s *Server) Requested() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(s.requested)
}

// UserAgents are those of all calls.
func (s *Server) UserAgents() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Collect(maps.Keys(s.userAgents))
}

// SyncsWithSession are the ids of the syncs that have stored a value.
func (s *Server) SyncsWithSession() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Collect(maps.Keys(s.syncIDs))
}

func mustBeProven(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	// The SDK's interceptor lets calls without any credentials through.
	if _, isProven := dpop.ClaimsFromContext(ctx); !isProven {
		return nil, status.Error(codes.Unauthenticated, "there is no proof")
	}
	return handle(ctx, request)
}

func (s *Server) noteAgent(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	s.mutex.Lock()
	for _, agent := range metadata.ValueFromIncomingContext(ctx, "user-agent") {
		s.userAgents[agent] = true
	}
	s.mutex.Unlock()
	return handle(ctx, request)
}

type configService struct {
	v1.UnimplementedConnectorConfigServiceServer
	*Server
}

func (s configService) GetConnectorConfig(ctx context.Context, request *v1.GetConnectorConfigRequest) (*v1.GetConnectorConfigResponse, error) {
	s.mutex.Lock()
	config := s.config
	s.requested = append(s.requested, request.GetRequestedVersion())
	s.mutex.Unlock()
	if config.Fault != codes.OK {
		return nil, status.Error(config.Fault, "fault of the test")
	}
	text, err := json.Marshal(config.Values)
	if err != nil {
		return nil, err
	}
	claims, _ := dpop.ClaimsFromContext(ctx)
	key, isEd25519 := claims.PublicKey().Key.(ed25519.PublicKey)
	if !isEd25519 {
		return nil, errors.New("the key of the proof is of another kind")
	}
	encrypted, err := jwk.EncryptED25519(key, text)
	if err != nil {
		return nil, err
	}
	return v1.GetConnectorConfigResponse_builder{
		Config: encrypted, ConfigVersion: config.Version, ServedPolicyEnvelope: config.Policy,
		LastUpdated: &timestamppb.Timestamp{Seconds: 1_767_323_045, Nanos: 120_000_000},
	}.Build(), nil
}

type sessionService struct {
	v1.UnimplementedBatonSessionServiceServer
	*Server
}

func (s sessionService) Get(_ context.Context, request *v1.GetRequest) (*v1.GetResponse, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	value, found := s.sessions[request.GetSyncId()+"/"+request.GetKey()]
	return v1.GetResponse_builder{Value: value, Found: found}.Build(), nil
}

func (s sessionService) Set(_ context.Context, request *v1.SetRequest) (*v1.SetResponse, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.sessions[request.GetSyncId()+"/"+request.GetKey()] = request.GetValue()
	s.syncIDs[request.GetSyncId()] = true
	return &v1.SetResponse{}, nil
}

func (s sessionService) Clear(_ context.Context, request *v1.ClearRequest) (*v1.ClearResponse, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	maps.DeleteFunc(s.sessions, func(key string, _ []byte) bool { return strings.HasPrefix(key, request.GetSyncId()+"/") })
	return &v1.ClearResponse{}, nil
}
