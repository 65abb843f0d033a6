package interop

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/connectorclient"
	"github.com/conductorone/baton-sdk/pkg/types"
	"github.com/conductorone/baton-sdk/pkg/types/grant"

	"interop/internal/check"
	"interop/internal/program"
)

// Two servers are called in turn: a cursor of one works on the other. Responses pass the SDK's validation.
func TestProvisioningShowsInEvents(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{Users: 200, Courses: 30, ActivityRows: 300})
	people := newPeople(percipio)
	var servers [2]types.ConnectorClient
	for i := range servers {
		connection := newClient(t, program.Serve(t, percipio, "-p"), 0).connection
		servers[i] = connectorclient.NewConnectorClient(t.Context(), connection)
	}
	feeds, err := servers[0].ListEventFeeds(t.Context(), &v2.ListEventFeedsRequest{})
	check.Succeeds(t, "list event feeds", err)
	check.SameIDs(t, "event feeds", mapped(feeds.GetList(), (*v2.EventFeedMetadata).GetId), []string{"percipio_user_changes", "percipio_course_activity"})

	t.Run("users", func(t *testing.T) {
		reader := &eventReader{servers: servers, feed: "percipio_user_changes", start: time.Now().Add(-time.Hour), pageSize: 2}
		check.Equal(t, "events before any change", len(reader.read(t)), 0)

		var changed []string
		for range 5 {
			person := people.next(t, isLearner)
			invoke(t, servers[0], "disable_user", userArguments(t, person.ID)[0])
			changed = append(changed, person.ID)
		}
		request, _ := newAccount(t, nil)
		user := created(t, servers[1], request)
		changed = append(changed, user.resource.GetId().GetResource())
		events := reader.read(t)
		check.SameIDs(t, "users who changed", mapped(events, changedUser), changed)

		// Reported changes are not repeated; a user who changes again is reported again.
		check.Equal(t, "events without a change", len(reader.read(t)), 0)
		invoke(t, servers[1], "enable_user", userArguments(t, changed[2])[0])
		events = append(events, reader.read(t)...)
		check.SameIDs(t, "users who changed, and one of them twice", mapped(events, changedUser), append(changed, changed[2]))
		ids := map[string]bool{}
		for _, event := range events {
			ids[event.GetId()] = true
		}
		check.Equal(t, "ids", len(ids), len(events))
		whole := &eventReader{servers: servers, feed: reader.feed, start: reader.start, pageSize: 100}
		check.SameIDs(t, "users in one page, from the beginning", mapped(whole.read(t), changedUser), changed)
	})

	t.Run("courses", func(t *testing.T) {
		var persons []string
		for range 3 {
			persons = append(persons, people.next(t, isLearner).ID)
		}
		course := percipio.Truth.CourseIDs[0]
		now := time.Now().UTC()
		add := func(person, course, status string, ago time.Duration) {
			percipio.AddActivity(t, person, course, status, now.Add(-ago).Format(time.RFC3339))
		}
		add(persons[0], course, "Started", time.Hour)
		add(persons[1], course, "Completed", 2*time.Hour)
		add(persons[2], course, "Started", 30*time.Minute)
		add(nobodyID, course, "Completed", time.Hour)
		add(persons[0], nobodyID, "Completed", time.Hour)
		add(persons[0], course, "Completed", 48*time.Hour)

		before := percipio.ReportsRequested(t)
		reader := &eventReader{servers: servers, feed: "percipio_course_activity", start: now.Add(-24 * time.Hour), pageSize: 1}
		var uses, grants []string
		for _, event := range reader.read(t) {
			switch {
			case event.HasUsageEvent():
				use := event.GetUsageEvent()
				uses = append(uses, resourceKey(use.GetActorResource().GetId())+" of "+resourceKey(use.GetTargetResource().GetId()))
			case event.HasCreateGrantEvent():
				given := event.GetCreateGrantEvent()
				grants = append(grants, grant.NewGrantID(given.GetPrincipal(), given.GetEntitlement()))
			default:
				t.Errorf("an event is %v", event)
			}
		}
		use := func(person string) string { return "user:" + person + " of course:" + course }
		check.SameIDs(t, "uses", uses, []string{use(persons[0]), use(persons[2]), use(persons[1])})
		// The same as in the next sync.
		check.SameIDs(t, "completions", grants, []string{"course:" + course + ":completed:user:" + persons[1]})
		check.Equal(t, "reports requested", percipio.ReportsRequested(t)-before, 1)
		check.Equal(t, "events after the end", len(reader.read(t)), 0)
	})

	t.Run("what cannot be", func(t *testing.T) {
		other := &eventReader{servers: servers, feed: "percipio_user_changes", start: time.Now(), pageSize: 1}
		other.read(t)
		for what, request := range map[string]*v2.ListEventsRequest{
			"a feed that there is not":      {EventFeedId: "tweets"},
			"the feed of old connectors":    {},
			"a cursor of another feed":      {EventFeedId: "percipio_course_activity", Cursor: other.cursor},
			"a cursor that nobody gave":     {EventFeedId: "percipio_user_changes", Cursor: "x"},
			"a page of too many":            {EventFeedId: "percipio_user_changes", PageSize: 1001},
			"a cursor that is cut":          {EventFeedId: "percipio_user_changes", Cursor: other.cursor[:len(other.cursor)-2]},
			"a cursor that is far too long": {EventFeedId: "percipio_user_changes", Cursor: fmt.Sprintf("%05000d", 1)},
		} {
			want := codes.InvalidArgument
			if request.Cursor == "" && request.PageSize == 0 {
				want = codes.NotFound
			}
			_, err := servers[0].ListEvents(t.Context(), request)
			isCode(t, what, err, want)
		}
	})
}

// eventReader reads a feed like the SDK's task, and requests each page from both servers.
type eventReader struct {
	servers  [2]types.ConnectorClient
	feed     string
	start    time.Time
	pageSize uint32
	cursor   string
	calls    int
}

// read reads until no more events are available.
func (r *eventReader) read(t *testing.T) (events []*v2.Event) {
	t.Helper()
	for i := range pagesMax {
		request := v2.ListEventsRequest_builder{
			EventFeedId: r.feed, StartAt: timestamppb.New(r.start), PageSize: r.pageSize, Cursor: r.cursor,
		}.Build()
		r.calls++
		page, err := r.servers[r.calls%2].ListEvents(t.Context(), request)
		check.Succeeds(t, "list events", err)
		check.That(t, len(page.GetEvents()) <= int(r.pageSize), "a page of %d has %d events", r.pageSize, len(page.GetEvents()))
		if page.GetHasMore() {
			check.That(t, page.GetCursor() != r.cursor, "there is more, and the cursor is the same")
		}
		// The first page depends on the time of the call. Later pages do not: the other server returns the same.
		if i > 0 {
			same, err := r.servers[(r.calls+1)%2].ListEvents(t.Context(), request)
			check.Succeeds(t, "list events at the other server", err)
			check.That(t, proto.Equal(same, page), "of the same cursor one server makes\n%v\nand the other\n%v", page, same)
		}
		events = append(events, page.GetEvents()...)
		r.cursor = page.GetCursor()
		if !page.GetHasMore() {
			return events
		}
	}
	t.Fatal("the events have no end")
	return nil
}

func changedUser(event *v2.Event) string {
	return event.GetResourceChangeEvent().GetResourceId().GetResource()
}
