// Package goconnector is a small connector built on the Go SDK, with members and teams. It keeps to the contract unless
// a fault is planted into it.
package goconnector

import (
	"context"
	"fmt"
	"strconv"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/annotations"
	"github.com/conductorone/baton-sdk/pkg/connectorbuilder"
	"github.com/conductorone/baton-sdk/pkg/pagination"
	"github.com/conductorone/baton-sdk/pkg/types/entitlement"
	"github.com/conductorone/baton-sdk/pkg/types/grant"
	"github.com/conductorone/baton-sdk/pkg/types/resource"
)

const (
	members       = 60
	teams         = 12
	membersOfTeam = 23
	// defaultPageSize is for callers that leave the size to the connector.
	defaultPageSize = 10
)

var (
	memberType = resource.NewResourceType("Member", []v2.ResourceType_Trait{v2.ResourceType_TRAIT_USER}, &v2.SkipEntitlementsAndGrants{})
	teamType   = resource.NewResourceType("Team", []v2.ResourceType_Trait{v2.ResourceType_TRAIT_GROUP})
)

// Data is what the connector lists. A fault may change it.
type Data struct {
	Members, Teams []*v2.Resource
	// Entitlements and Grants are by the id of their team.
	Entitlements map[string][]*v2.Entitlement
	Grants       map[string][]*v2.Grant
}

func newData() (*Data, error) {
	data := &Data{Entitlements: map[string][]*v2.Entitlement{}, Grants: map[string][]*v2.Grant{}}
	for i := range members {
		member, err := resource.NewUserResource(fmt.Sprintf("Member %d", i), memberType, fmt.Sprintf("m%d", i),
			[]resource.UserTraitOption{resource.WithEmail(fmt.Sprintf("m%d@team.test", i), true)})
		if err != nil {
			return nil, err
		}
		data.Members = append(data.Members, member)
	}
	for i := range teams {
		id := fmt.Sprintf("t%d", i)
		team, err := resource.NewGroupResource(fmt.Sprintf("Team %d", i), teamType, id, nil)
		if err != nil {
			return nil, err
		}
		data.Teams = append(data.Teams, team)
		data.Entitlements[id] = []*v2.Entitlement{
			entitlement.NewAssignmentEntitlement(team, "member", entitlement.WithGrantableTo(memberType)),
			entitlement.NewPermissionEntitlement(team, "lead", entitlement.WithGrantableTo(memberType)),
		}
		data.Grants[id] = append(data.Grants[id], grant.NewGrant(team, "lead", data.Members[i].GetId()))
		for j := range membersOfTeam {
			data.Grants[id] = append(data.Grants[id], grant.NewGrant(team, "member", data.Members[(7*i+j)%members].GetId()))
		}
	}
	return data, nil
}

// connector implements what the SDK expects.
type connector struct {
	data *Data
}

func (c *connector) Metadata(context.Context) (*v2.ConnectorMetadata, error) {
	return &v2.ConnectorMetadata{DisplayName: "Teams", Description: "Made-up teams and their members"}, nil
}

func (c *connector) Validate(context.Context) (annotations.Annotations, error) {
	return nil, nil
}

func (c *connector) ResourceSyncers(context.Context) []connectorbuilder.ResourceSyncer {
	return []connectorbuilder.ResourceSyncer{
		&syncer{memberType, c.data, func() []*v2.Resource { return c.data.Members }},
		&syncer{teamType, c.data, func() []*v2.Resource { return c.data.Teams }},
	}
}

// syncer lists the items of one resource type.
type syncer struct {
	resourceType *v2.ResourceType
	data         *Data
	resources    func() []*v2.Resource
}

func (s *syncer) ResourceType(context.Context) *v2.ResourceType {
	return s.resourceType
}

func (s *syncer) List(_ context.Context, _ *v2.ResourceId, token *pagination.Token) ([]*v2.Resource, string, annotations.Annotations, error) {
	return page(s.resources(), token)
}

func (s *syncer) Entitlements(_ context.Context, of *v2.Resource, token *pagination.Token) ([]*v2.Entitlement, string, annotations.Annotations, error) {
	return page(s.data.Entitlements[of.GetId().GetResource()], token)
}

func (s *syncer) Grants(_ context.Context, of *v2.Resource, token *pagination.Token) ([]*v2.Grant, string, annotations.Annotations, error) {
	return page(s.data.Grants[of.GetId().GetResource()], token)
}

// page returns a page of a list. A page token is the position where the page begins.
func page[Item any](list []Item, token *pagination.Token) ([]Item, string, annotations.Annotations, error) {
	size, from := token.Size, 0
	if size == 0 {
		size = defaultPageSize
	}
	if token.Token != "" {
		var err error
		if from, err = strconv.Atoi(token.Token); err != nil || from < 0 || from > len(list) {
			return nil, "", nil, status.Errorf(codes.InvalidArgument, "there is no page %q", token.Token)
		}
	}
	to := min(len(list), from+size)
	next := ""
	if to < len(list) {
		next = strconv.Itoa(to)
	}
	return list[from:to], next, nil, nil
}
