package hosted

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signerv4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	v1 "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"
)

const awsRegion = "eu-central-1"

// checkAttestation checks the signed request to AWS STS as AWS does: it signs the same request with the same
// credentials and compares. The headers are compared in full.
func checkAttestation(text string, role aws.Credentials) error {
	packed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return fmt.Errorf("id_att is not base64url: %w", err)
	}
	var message anypb.Any
	if err := proto.Unmarshal(packed, &message); err != nil {
		return err
	}
	var signed v1.Sigv4SignedRequestSTSGetCallerIdentity
	if err := message.UnmarshalTo(&signed); err != nil {
		return err
	}
	endpoint := "https://sts." + awsRegion + ".amazonaws.com"
	if signed.GetMethod() != http.MethodPost || signed.GetEndpoint() != endpoint {
		return fmt.Errorf("it is %s %s", signed.GetMethod(), signed.GetEndpoint())
	}
	got := http.Header{}
	for _, header := range signed.GetHeaders() {
		got[header.GetKey()] = header.GetValue()
	}
	at, err := time.Parse("20060102T150405Z", got.Get("X-Amz-Date"))
	if err != nil || time.Since(at).Abs() > time.Minute {
		return fmt.Errorf("it is signed at %q", got.Get("X-Amz-Date"))
	}
	body := "Action=GetCallerIdentity&Version=2011-06-15"
	if string(signed.GetBody()) != body {
		return fmt.Errorf("its body is %q", signed.GetBody())
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, endpoint, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	hash := sha256.Sum256([]byte(body))
	if err := signerv4.NewSigner().SignHTTP(context.Background(), role, request, hex.EncodeToString(hash[:]), "sts", awsRegion, at); err != nil {
		return err
	}
	if names, want := sortedNames(got), sortedNames(request.Header); !slices.Equal(names, want) {
		return fmt.Errorf("its headers are %v, not %v", names, want)
	}
	for name := range request.Header {
		if got.Get(name) != request.Header.Get(name) {
			return fmt.Errorf("its %s is %q, not %q", name, got.Get(name), request.Header.Get(name))
		}
	}
	return nil
}

func sortedNames(header http.Header) (names []string) {
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
