package interop

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"

	"interop/internal/check"
)

// row is all that a file says about an item, except when it was found and in which sync: the bytes of its message, and
// the other columns as text.
type row struct {
	data, columns string
	message       proto.Message
}

// The columns of each table, first the id and the message.
var rowTables = []struct {
	name, columns string
	empty         func() proto.Message
}{
	{"v1_resource_types", "external_id, data", func() proto.Message { return &v2.ResourceType{} }},
	{"v1_resources", "external_id, data, resource_type_id, parent_resource_type_id, parent_resource_id",
		func() proto.Message { return &v2.Resource{} }},
	{"v1_entitlements", "external_id, data, resource_type_id, resource_id", func() proto.Message { return &v2.Entitlement{} }},
	{"v1_grants", `external_id, data, resource_type_id, resource_id, entitlement_id, principal_resource_type_id,
		principal_resource_id, hex(expansion), needs_expansion`, func() proto.Message { return &v2.Grant{} }},
}

// readRows reads every item of a file with one sync, by table and id, and the record of the sync.
func readRows(t *testing.T, path string) map[string]row {
	t.Helper()
	database := openDatabase(t, path)
	rows := map[string]row{}
	for _, table := range rowTables {
		queryRows(t, database, "select "+table.columns+" from "+table.name, func(found *sql.Rows) error {
			texts := make([]sql.NullString, strings.Count(table.columns, ",")+1)
			targets := make([]any, len(texts))
			for i := range texts {
				targets[i] = &texts[i]
			}
			if err := found.Scan(targets...); err != nil {
				return err
			}
			message := table.empty()
			if err := proto.Unmarshal([]byte(texts[1].String), message); err != nil {
				return err
			}
			rows[table.name+" "+texts[0].String] = row{texts[1].String, fmt.Sprint(texts[2:]), message}
			return nil
		})
	}
	queryRows(t, database, `select sync_type, parent_sync_id, linked_sync_id, supports_diff, ended_at is not null from v1_sync_runs`, func(found *sql.Rows) error {
		var kind, parent, linked string
		var supportsDiff, ended int
		err := found.Scan(&kind, &parent, &linked, &supportsDiff, &ended)
		rows["v1_sync_runs"] = row{columns: fmt.Sprint(kind, parent, linked, " supports diff: ", supportsDiff, " ended: ", ended)}
		return err
	})
	queryRows(t, database, "select stats from v1_sync_runs", func(found *sql.Rows) error {
		var stats string
		err := found.Scan(&stats)
		rows["stats"] = row{columns: canonicalJSON(t, stats)}
		return err
	})
	return rows
}

// canonicalJSON is a JSON text with its keys in order.
func canonicalJSON(t *testing.T, text string) string {
	t.Helper()
	var value any
	check.Succeeds(t, "parse "+text, json.Unmarshal([]byte(text), &value))
	canonical, err := json.Marshal(value)
	check.Succeeds(t, "encode "+text, err)
	return string(canonical)
}

// rowDifference is a row that two files do not have in common.
type rowDifference struct {
	id        string
	ofGo, own *row
}

func compareRows(ofGo, own map[string]row) (differences []rowDifference) {
	all := maps.Clone(ofGo)
	maps.Copy(all, own)
	for _, id := range slices.Sorted(maps.Keys(all)) {
		one, isInGo := ofGo[id]
		other, isInOwn := own[id]
		switch {
		case !isInOwn:
			differences = append(differences, rowDifference{id: id, ofGo: &one})
		case !isInGo:
			differences = append(differences, rowDifference{id: id, own: &other})
		case one.data != other.data || one.columns != other.columns:
			differences = append(differences, rowDifference{id, &one, &other})
		}
	}
	return differences
}

func (d rowDifference) ID() string {
	return d.id
}

func (d rowDifference) describe() string {
	switch {
	case d.own == nil:
		return d.id + ": missing in ours"
	case d.ofGo == nil:
		return d.id + ": only in ours"
	case d.ofGo.data == d.own.data:
		return fmt.Sprintf("%s:\n  Go:   %s\n  ours: %s", d.id, d.ofGo.columns, d.own.columns)
	case proto.Equal(d.ofGo.message, d.own.message):
		return d.id + ": the same message in other bytes"
	}
	return fmt.Sprintf("%s:\n  Go:   %s\n  ours: %s", d.id, prototext.Format(d.ofGo.message), prototext.Format(d.own.message))
}
