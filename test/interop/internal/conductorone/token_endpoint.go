package conductorone

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/conductorone/baton-sdk/pkg/auth"
	"github.com/conductorone/baton-sdk/pkg/crypto"
)

// lifetimeMax is how far in the future an assertion may expire: two minutes, plus rounding to whole seconds.
const lifetimeMax = 2*time.Minute + time.Second

// TokenEndpoint issues access tokens for assertions that the SDK's validator accepts.
type TokenEndpoint struct {
	t                      testing.TB
	clientID, clientSecret string
	validator              *auth.Validator

	mutex    sync.Mutex
	requests []TokenRequest
	tokens   map[string]bool
}

// TokenRequest is a granted request.
type TokenRequest struct {
	UserAgent string
	Form      url.Values
	// Header and Claims are those of the assertion, as sent.
	Header, Claims map[string]any
}

func newTokenEndpoint(t testing.TB) *TokenEndpoint {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text, err := (&jose.JSONWebKey{Key: private}).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	secret := "secret-token:conductorone.com:v1:" + base64.RawURLEncoding.EncodeToString(text)
	key, err := crypto.ParseClientSecret([]byte(secret), false)
	if err != nil {
		t.Fatal(err)
	}
	public := key.Public()
	text, err = public.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	clientID := "simulated-connector-1a2b3c@" + name + ":8443/client"
	validator, err := auth.NewValidator(t.Context(), auth.Config{
		PublicKeyJWK: string(text), Issuer: clientID, Subject: clientID, Audience: name, MaxExpirationFromNow: lifetimeMax,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &TokenEndpoint{t: t, clientID: clientID, clientSecret: secret, validator: validator, tokens: map[string]bool{}}
}

// TokenRequests are the requests granted so far.
func (e *TokenEndpoint) TokenRequests() []TokenRequest {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return append([]TokenRequest(nil), e.requests...)
}

// Secrets must not show up anywhere: the client secret and its key, the assertions, and the valid tokens.
func (e *TokenEndpoint) Secrets() []string {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	parts := strings.Split(e.clientSecret, ":")
	secrets := []string{e.clientSecret, parts[len(parts)-1]}
	for _, request := range e.requests {
		secrets = append(secrets, request.Form.Get("client_assertion"))
	}
	for token := range e.tokens {
		secrets = append(secrets, strings.TrimPrefix(token, "Bearer "))
	}
	return secrets
}

// RevokeAll revokes all tokens issued so far.
func (e *TokenEndpoint) RevokeAll() {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	clear(e.tokens)
}

func (e *TokenEndpoint) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	granted, err := e.read(request)
	if err != nil {
		e.t.Errorf("a request for a token is refused: %v", err)
		http.Error(answer, `{"error":"invalid_client"}`, http.StatusUnauthorized)
		return
	}
	token := rand.Text()
	e.mutex.Lock()
	e.requests = append(e.requests, granted)
	e.tokens["Bearer "+token] = true
	e.mutex.Unlock()
	answer.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(answer).Encode(map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": 3600})
}

func (e *TokenEndpoint) read(request *http.Request) (TokenRequest, error) {
	if request.Method != http.MethodPost || request.URL.String() != "/auth/v1/token" {
		return TokenRequest{}, fmt.Errorf("it is %s %s", request.Method, request.URL)
	}
	if err := request.ParseForm(); err != nil {
		return TokenRequest{}, err
	}
	form := request.PostForm
	for field, want := range map[string]string{
		"client_id": e.clientID, "grant_type": "client_credentials",
		"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
	} {
		if form.Get(field) != want {
			return TokenRequest{}, fmt.Errorf("%s is %q, not %q", field, form.Get(field), want)
		}
	}
	assertion := form.Get("client_assertion")
	if _, err := e.validator.ValidateToken(request.Context(), assertion); err != nil {
		return TokenRequest{}, err
	}
	granted := TokenRequest{UserAgent: request.UserAgent(), Form: form}
	parts := strings.Split(assertion, ".")
	for i, into := range []*map[string]any{&granted.Header, &granted.Claims} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			return TokenRequest{}, err
		}
		if err := json.Unmarshal(text, into); err != nil {
			return TokenRequest{}, err
		}
	}
	return granted, nil
}

// letIn rejects calls without a valid token. Connectors may have one that was revoked.
func (e *TokenEndpoint) letIn(ctx context.Context) error {
	values := metadata.ValueFromIncomingContext(ctx, "authorization")
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if len(values) != 1 || !e.tokens[values[0]] {
		return status.Errorf(codes.Unauthenticated, "no valid token")
	}
	return nil
}

func (e *TokenEndpoint) letInUnary(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	if err := e.letIn(ctx); err != nil {
		return nil, err
	}
	return handle(ctx, request)
}

func (e *TokenEndpoint) letInStream(service any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	if err := e.letIn(stream.Context()); err != nil {
		return err
	}
	return handle(service, stream)
}
