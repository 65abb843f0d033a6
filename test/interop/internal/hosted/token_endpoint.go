package hosted

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/go-jose/go-jose/v4"

	"github.com/conductorone/dpop/pkg/dpop"

	"github.com/conductorone/baton-sdk/pkg/auth"
)

// lifetimeMax is how far in the future an assertion may expire: two minutes, plus rounding to whole seconds.
const lifetimeMax = 2*time.Minute + time.Second

// tokenEndpoint issues access tokens that are bound to the key of a proof.
type tokenEndpoint struct {
	t                      testing.TB
	host                   string
	clientID, clientSecret string
	assertions             *auth.Validator
	role                   aws.Credentials

	mutex    sync.Mutex
	nonce    string
	statuses []int
	proofIDs map[string]bool
	// tokens are the thumbprints of the keys that they are bound to.
	tokens map[string]string
	sent   []string
}

func newTokenEndpoint(t testing.TB, host string, options Options) *tokenEndpoint {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := (&jose.JSONWebKey{Key: private}).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	key, err := (&jose.JSONWebKey{Key: public}).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	clientID := "happy-dog-12345@" + host + "/lambda"
	if options.Separate {
		clientID = "happy-dog-12345@acme.conductorone.test/lambda"
	}
	name, _, _ := strings.Cut(host, ":")
	assertions, err := auth.NewValidator(t.Context(), auth.Config{
		PublicKeyJWK: string(key), Issuer: clientID, Subject: clientID, Audience: name, MaxExpirationFromNow: lifetimeMax,
	})
	if err != nil {
		t.Fatal(err)
	}
	role := aws.Credentials{AccessKeyID: "ASIAROLE", SecretAccessKey: "secret-access-key-of-the-role", SessionToken: "session-token-of-the-role"}
	if options.NoSessionToken {
		role.SessionToken = ""
	}
	return &tokenEndpoint{
		t: t, host: host, clientID: clientID, assertions: assertions, role: role,
		clientSecret: "secret-token:conductorone.com:v1:" + base64.RawURLEncoding.EncodeToString(secret),
		proofIDs:     map[string]bool{}, tokens: map[string]string{},
	}
}

func (e *tokenEndpoint) env() []string {
	env := []string{
		"BATON_LAMBDA_CLIENT_ID=" + e.clientID,
		"BATON_LAMBDA_CLIENT_SECRET=" + e.clientSecret,
		"AWS_REGION=" + awsRegion,
		"AWS_ACCESS_KEY_ID=" + e.role.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY=" + e.role.SecretAccessKey,
	}
	if e.role.SessionToken != "" {
		env = append(env, "AWS_SESSION_TOKEN="+e.role.SessionToken)
	}
	return env
}

// DemandNonce makes the endpoint refuse proofs without a nonce, which it names.
func (e *tokenEndpoint) DemandNonce() {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.nonce = rand.Text()
}

// Statuses are those with which the endpoint has answered so far.
func (e *tokenEndpoint) Statuses() []int {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return slices.Clone(e.statuses)
}

// Secrets must not show up anywhere.
func (e *tokenEndpoint) Secrets() []string {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	secrets := append([]string{e.clientSecret, e.clientSecret[strings.LastIndexByte(e.clientSecret, ':')+1:], e.role.SecretAccessKey}, e.sent...)
	if e.role.SessionToken != "" {
		secrets = append(secrets, e.role.SessionToken)
	}
	return secrets
}

func (e *tokenEndpoint) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	token, err := e.issue(request)
	e.mutex.Lock()
	defer e.mutex.Unlock()
	answer.Header().Set("Content-Type", "application/json")
	switch {
	case errors.Is(err, dpop.ErrInvalidNonce):
		e.statuses = append(e.statuses, http.StatusBadRequest)
		answer.Header().Set("DPoP-Nonce", e.nonce)
		answer.WriteHeader(http.StatusBadRequest)
		_, _ = answer.Write([]byte(`{"error":"use_dpop_nonce"}`))
	case err != nil:
		e.t.Errorf("a request for a token is refused: %v", err)
		e.statuses = append(e.statuses, http.StatusUnauthorized)
		http.Error(answer, `{"error":"invalid_client"}`, http.StatusUnauthorized)
	default:
		e.statuses = append(e.statuses, http.StatusOK)
		_ = json.NewEncoder(answer).Encode(map[string]any{
			"access_token": token, "token_type": "DPoP", "expires_in": 3600,
		})
	}
}

func (e *tokenEndpoint) issue(request *http.Request) (string, error) {
	if request.Method != http.MethodPost {
		return "", fmt.Errorf("it is a %s", request.Method)
	}
	if err := request.ParseForm(); err != nil {
		return "", err
	}
	proof, assertion := request.Header.Get("DPoP"), request.PostForm.Get("client_assertion")
	for field, want := range map[string]string{
		"client_id": e.clientID, "grant_type": "client_credentials",
		"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
	} {
		if request.PostForm.Get(field) != want {
			return "", fmt.Errorf("%s is %q, not %q", field, request.PostForm.Get(field), want)
		}
	}
	options := []dpop.Option{dpop.WithJTIStore(e.noteProofID)}
	e.mutex.Lock()
	e.sent = append(e.sent, assertion, proof)
	if nonce := e.nonce; nonce != "" {
		options = append(options, dpop.WithNonceValidator(func(_ context.Context, given string) error {
			if given != nonce {
				return dpop.ErrInvalidNonce
			}
			return nil
		}))
	}
	e.mutex.Unlock()
	claims, err := dpop.NewValidator(options...).ValidateProof(request.Context(), proof, http.MethodPost, "https://"+e.host+"/auth/v1/token")
	if err != nil {
		return "", err
	}
	if err := checkProof(proof); err != nil {
		return "", err
	}
	if _, err := e.assertions.ValidateToken(request.Context(), assertion); err != nil {
		return "", err
	}
	if err := e.checkAssertion(assertion); err != nil {
		return "", err
	}
	thumbprint, err := claims.PublicKey().Thumbprint(crypto.SHA256)
	if err != nil {
		return "", err
	}
	token := rand.Text()
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.tokens[token] = string(thumbprint)
	e.sent = append(e.sent, token)
	return token, nil
}

// checkBinding accepts a token with the key that it was issued to.
func (e *tokenEndpoint) checkBinding(_ context.Context, token string, key *jose.JSONWebKey) error {
	thumbprint, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return err
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if bound, isValid := e.tokens[token]; !isValid || bound != string(thumbprint) {
		return errors.New("the token is not valid, or belongs to another key")
	}
	return nil
}

func (e *tokenEndpoint) noteProofID(_ context.Context, id string) error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.proofIDs[id] {
		return errors.New("the proof was used before")
	}
	e.proofIDs[id] = true
	return nil
}

// times are claims in seconds since 1970.
type times struct {
	Issued    int64 `json:"iat"`
	NotBefore int64 `json:"nbf"`
	Expiry    int64 `json:"exp"`
}

// checkProof compares what the validator leaves open with what the Go runtime sends.
func checkProof(proof string) error {
	var header struct {
		Type      string            `json:"typ"`
		Algorithm string            `json:"alg"`
		Key       map[string]string `json:"jwk"`
	}
	var claims times
	if err := decode(proof, &header, &claims); err != nil {
		return err
	}
	delete(header.Key, "x")
	key := fmt.Sprint(header.Key)
	if want := fmt.Sprint(map[string]string{"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": "key", "alg": "EdDSA"}); key != want {
		return fmt.Errorf("the key of the proof is %s, not %s", key, want)
	}
	if header.Type != "dpop+jwt" || header.Algorithm != "EdDSA" || claims.Issued-claims.NotBefore != 30 || claims.Expiry-claims.Issued != 300 {
		return fmt.Errorf("the proof has the type %s, and is valid %+v", header.Type, claims)
	}
	return nil
}

func (e *tokenEndpoint) checkAssertion(assertion string) error {
	var header map[string]any
	var claims struct {
		times
		Audience    any    `json:"aud"`
		ID          any    `json:"jti"`
		Attestation string `json:"id_att"`
	}
	if err := decode(assertion, &header, &claims); err != nil {
		return err
	}
	if len(header) != 1 || claims.ID != nil || claims.Issued-claims.NotBefore != 60 || claims.Expiry-claims.Issued != 120 {
		return fmt.Errorf("the assertion has the header %v, and is valid %+v", header, claims.times)
	}
	if _, isText := claims.Audience.(string); !isText {
		return fmt.Errorf("the audience is %v", claims.Audience)
	}
	return checkAttestation(claims.Attestation, e.role)
}

// decode reads header and claims of a compact JWS.
func decode(token string, into ...any) error {
	parts := strings.Split(token, ".")
	for i, value := range into {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			return err
		}
		if err := json.Unmarshal(text, value); err != nil {
			return err
		}
	}
	return nil
}
