package interop

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"io"
	"testing"

	"filippo.io/age"
	"github.com/go-jose/go-jose/v4"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/crypto"
	"github.com/conductorone/baton-sdk/pkg/crypto/providers"
	"github.com/conductorone/baton-sdk/pkg/crypto/providers/jwk"

	"interop/internal/check"
)

// encryptionKey is a caller's key: its public part, and how to decrypt with it.
type encryptionKey struct {
	name    string
	config  *v2.EncryptionConfig
	decrypt func(t *testing.T, data *v2.EncryptedData) string
}

// encryptionKeys are keys of every kind that the SDK encrypts for.
func encryptionKeys(t *testing.T) []encryptionKey {
	t.Helper()
	config, private := generateKey(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	check.Succeeds(t, "make an RSA key", err)
	keys := []encryptionKey{{"Ed25519", config, decryptWith(private)}, jwkOf(t, "RSA", rsaKey)}
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		check.Succeeds(t, "make an EC key", err)
		keys = append(keys, jwkOf(t, "EC "+curve.Params().Name, key))
	}

	identity, err := age.GenerateX25519Identity()
	check.Succeeds(t, "make an age key", err)
	recipient := v2.EncryptionConfig_AgeRecipientConfig_builder{Recipient: identity.Recipient().String()}.Build()
	return append(keys, encryptionKey{
		"age", v2.EncryptionConfig_builder{Provider: "baton/age/v1", AgeRecipientConfig: recipient}.Build(),
		// The SDK leaves this to the owner of the key.
		func(t *testing.T, data *v2.EncryptedData) string {
			t.Helper()
			reader, err := age.Decrypt(bytes.NewReader(data.GetEncryptedBytes()), identity)
			check.Succeeds(t, "decrypt with age", err)
			text, err := io.ReadAll(reader)
			check.Succeeds(t, "decrypt with age", err)
			return string(text)
		},
	})
}

// clientSecret is a connector's client secret from ConductorOne, with the key that ConductorOne encrypts for it.
func clientSecret(t *testing.T) (secret string, config *v2.EncryptionConfig) {
	t.Helper()
	config, private := generateKey(t)
	text, err := private.MarshalJSON()
	check.Succeeds(t, "write a key", err)
	secret = "secret-token:conductorone.com:v1:" + base64.RawURLEncoding.EncodeToString(text)
	_, err = crypto.ParseClientSecret([]byte(secret), true)
	check.Succeeds(t, "read the client secret with the SDK", err)
	return secret, config
}

// encrypt returns what the SDK makes of a chosen password.
func encrypt(t *testing.T, password string, configs ...*v2.EncryptionConfig) []*v2.EncryptedData {
	t.Helper()
	manager, err := crypto.NewEncryptionManager(nil, configs)
	check.Succeeds(t, "encrypt with the SDK", err)
	data, err := manager.Encrypt(t.Context(), &v2.PlaintextData{Name: "password", Bytes: []byte(password)})
	check.Succeeds(t, "encrypt with the SDK", err)
	return data
}

func generateKey(t *testing.T) (*v2.EncryptionConfig, *jose.JSONWebKey) {
	t.Helper()
	config, private, err := (&jwk.JWKEncryptionProvider{}).GenerateKey(t.Context())
	check.Succeeds(t, "make a key with the SDK", err)
	return config, private
}

func jwkOf(t *testing.T, name string, key any) encryptionKey {
	t.Helper()
	private := &jose.JSONWebKey{Key: key}
	public := private.Public()
	text, err := public.MarshalJSON()
	check.Succeeds(t, "write a key", err)
	config := v2.EncryptionConfig_builder{
		Provider:           jwk.EncryptionProviderJwk,
		JwkPublicKeyConfig: v2.EncryptionConfig_JWKPublicKeyConfig_builder{PubKey: text}.Build(),
	}.Build()
	return encryptionKey{name, config, decryptWith(private)}
}

func decryptWith(private *jose.JSONWebKey) func(*testing.T, *v2.EncryptedData) string {
	return func(t *testing.T, data *v2.EncryptedData) string {
		t.Helper()
		ctx := t.Context()
		provider, err := providers.GetDecryptionProviderForConfig(ctx,
			&providers.DecryptionConfig{Provider: jwk.EncryptionProviderJwkPrivate, PrivateKey: private})
		check.Succeeds(t, "decrypt with the SDK", err)
		plain, err := provider.Decrypt(ctx, data, private)
		check.Succeeds(t, "decrypt with the SDK", err)
		check.Equal(t, "name of what is encrypted", plain.GetName(), "password")
		return string(plain.GetBytes())
	}
}
