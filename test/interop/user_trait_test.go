package interop

import (
	"cmp"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/types/resource"

	"interop/internal/check"
	"interop/internal/program"
)

// Users as the SDK's own functions read them. The expected values are computed here, from the API's data.
func TestUserTrait(t *testing.T) {
	path, percipio := syncedFile(t, program.Organization{})
	store := readWithSDK(t, path)
	page, err := store.ListResources(t.Context(), &v2.ResourcesServiceListResourcesRequest{ResourceTypeId: "user"})
	check.Succeeds(t, "list users", err)
	found := map[string]*v2.Resource{}
	for _, user := range page.GetList() {
		found[user.GetId().GetResource()] = user
	}
	check.Equal(t, "users", len(found), len(percipio.Users))

	for _, user := range percipio.Users {
		shown := found[user.ID]
		email := valueOf(user.Email)
		trait, err := resource.GetUserTrait(shown)
		check.Succeeds(t, "trait of user "+user.ID, err)
		check.Equal(t, "display name", shown.GetDisplayName(), displayName(user))
		check.Equal(t, "login", trait.GetLogin(), cmp.Or(valueOf(user.LoginName), email))
		check.Equal(t, "account type", trait.GetAccountType(), v2.UserTrait_ACCOUNT_TYPE_HUMAN)

		if email == "" {
			check.Equal(t, "e-mail addresses", len(trait.GetEmails()), 0)
		} else {
			check.Equal(t, "e-mail addresses", len(trait.GetEmails()), 1)
			check.Equal(t, "e-mail address", trait.GetEmails()[0].GetAddress(), email)
			check.Equal(t, "is primary", trait.GetEmails()[0].GetIsPrimary(), true)
		}

		status, resourceStatus := v2.UserTrait_Status_STATUS_DISABLED, v2.Status_RESOURCE_STATUS_DISABLED
		if user.IsActive != nil && *user.IsActive {
			status, resourceStatus = v2.UserTrait_Status_STATUS_ENABLED, v2.Status_RESOURCE_STATUS_ENABLED
		}
		check.Equal(t, "status of the trait", trait.GetStatus().GetStatus(), status)
		check.Equal(t, "status", resource.GetStatus(shown).GetStatus(), resourceStatus)

		profile := resource.GetProfile(shown)
		check.That(t, proto.Equal(profile, trait.GetProfile()), "user %s: the resource and its trait have other profiles", user.ID)
		for key, want := range map[string]string{
			"id": user.ID, "email": email, "first_name": valueOf(user.FirstName), "last_name": valueOf(user.LastName),
			"login_name": valueOf(user.LoginName), "role": valueOf(user.Role), "job_title": valueOf(user.JobTitle),
		} {
			got, isText := resource.GetProfileStringValue(profile, key)
			check.That(t, isText && got == want, "user %s: %s of the profile is %q, not %q", user.ID, key, got, want)
		}
		isActive := user.IsActive != nil && *user.IsActive
		check.Equal(t, "is_active of the profile", profile.GetFields()["is_active"].GetBoolValue(), isActive)
	}
}

func displayName(user program.User) string {
	names := strings.TrimSpace(valueOf(user.FirstName) + " " + valueOf(user.LastName))
	return cmp.Or(names, valueOf(user.Email), user.ID)
}

// valueOf is the text, or empty for null.
func valueOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
