package hosted

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	lambdagrpc "github.com/conductorone/baton-sdk/pkg/lambda/grpc"
)

const (
	issuer   = "https://acme.conductorone.test"
	subject  = "connector-1"
	audience = "connector-aud"
)

// Encodings of a payload: what current callers send, what older ones did, and the frame alone.
const (
	Both   = "both"
	Legacy = "legacy"
	Frame  = "frame"
)

// Caller calls a hosted connector as ConductorOne does: with the SDK's transport, and a signed token in each call.
type Caller struct {
	// ConfigVersion is the version of the config that the calls name, if any.
	ConfigVersion string

	lambda *Lambda
	key    ed25519.PrivateKey
}

// NewCaller makes a caller with a new key.
func NewCaller(t testing.TB, l *Lambda) *Caller {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &Caller{lambda: l, key: key}
}

// Env are the variables that make a connector accept the calls.
func (c *Caller) Env() []string {
	return append([]string{"BATON_LAMBDA_AUTH_JWT_SIGNER=" + string(c.PublicKey())}, expectations()...)
}

func expectations() []string {
	return []string{
		"BATON_LAMBDA_AUTH_JWT_EXPECTED_ISSUER=" + issuer,
		"BATON_LAMBDA_AUTH_JWT_EXPECTED_SUBJECT=" + subject,
		"BATON_LAMBDA_AUTH_JWT_EXPECTED_AUDIENCE=" + audience,
	}
}

// KeySetEnv are the variables for a connector that fetches the key from a URL.
func (c *Caller) KeySetEnv(url string) []string {
	return append([]string{"BATON_LAMBDA_AUTH_JWT_JWKS_URL=" + url}, expectations()...)
}

// PublicKey is a JSON Web Key.
func (c *Caller) PublicKey() []byte {
	text, _ := json.Marshal(jose.JSONWebKey{Key: c.key.Public(), KeyID: "caller", Algorithm: string(jose.EdDSA), Use: "sig"})
	return text
}

// Token is one that the connector accepts for an audience, until it expires.
func (c *Caller) Token(audience jwt.Audience, expiry time.Time) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: c.key, KeyID: "caller"}}, nil)
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(jwt.Claims{
		Issuer: issuer, Subject: subject, Audience: audience, Expiry: jwt.NewNumericDate(expiry),
		NotBefore: jwt.NewNumericDate(time.Now().Add(-time.Minute)),
	}).Serialize()
}

// Conn is a connection whose calls are invocations in an encoding, with a token.
func (c *Caller) Conn(t testing.TB, encoding string) grpc.ClientConnInterface {
	t.Helper()
	var transport lambdagrpc.ClientTransport = &encoded{c.lambda.Client(), encoding}
	if encoding == Both {
		var err error
		if transport, err = lambdagrpc.NewLambdaClientTransport(t.Context(), c.lambda.Client(), functionName); err != nil {
			t.Fatal(err)
		}
	}
	return &signedConn{lambdagrpc.NewClientConn(transport), c}
}

// signedConn adds a token to each call that has none.
type signedConn struct {
	grpc.ClientConnInterface
	caller *Caller
}

func (s *signedConn) Invoke(ctx context.Context, method string, request, response any, options ...grpc.CallOption) error {
	if sent, _ := metadata.FromOutgoingContext(ctx); sent.Get("authorization") == nil {
		token, err := s.caller.Token(jwt.Audience{audience}, time.Now().Add(5*time.Minute))
		if err != nil {
			return err
		}
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
	}
	if s.caller.ConfigVersion != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "x-baton-connector-config-version", s.caller.ConfigVersion)
	}
	return s.ClientConnInterface.Invoke(ctx, method, request, response, options...)
}

// encoded sends only one of the two encodings of a request.
type encoded struct {
	client   *lambda.Client
	encoding string
}

func (e *encoded) RoundTrip(ctx context.Context, request *lambdagrpc.Request) (*lambdagrpc.Response, error) {
	payload, err := request.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(payload, &members); err != nil {
		return nil, err
	}
	for name := range members {
		isFrame := name == "v" || name == "frame"
		if isFrame != (e.encoding == Frame) {
			delete(members, name)
		}
	}
	if payload, err = json.Marshal(members); err != nil {
		return nil, err
	}
	answer, _, err := invoke(ctx, e.client, payload)
	if err != nil {
		return nil, err
	}
	response := &lambdagrpc.Response{}
	return response, response.UnmarshalJSON(answer)
}

// Invoke sends a payload as it is, and returns the answer and whether it is an error of the function.
func (c *Caller) Invoke(ctx context.Context, payload string) (answer []byte, isError bool, err error) {
	return invoke(ctx, c.lambda.Client(), []byte(payload))
}

func invoke(ctx context.Context, client *lambda.Client, payload []byte) ([]byte, bool, error) {
	output, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String(functionName), Payload: payload})
	if err != nil {
		return nil, false, err
	}
	return output.Payload, output.FunctionError != nil, nil
}
