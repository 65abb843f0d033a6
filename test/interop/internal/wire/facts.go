// Package wire breaks descriptors down into facts that can be compared one by one: everything that decides how a message
// is encoded and how a method is called, and nothing else (no comments, files or options).
package wire

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Kind is what a fact is about.
type Kind string

const (
	Message   Kind = "message"
	Field     Kind = "field"
	Oneof     Kind = "oneof"
	Enum      Kind = "enum"
	EnumValue Kind = "enum value"
	Service   Kind = "service"
	Method    Kind = "method"
)

// Kinds are all kinds, in the order of the report.
var Kinds = []Kind{Message, Field, Oneof, Enum, EnumValue, Service, Method}

// Subject is a declaration.
type Subject struct {
	Kind Kind
	// Name is the full name: c1.connector.v2.Grant.id. An enum value is named below its enum, unlike in protobuf.
	Name protoreflect.FullName
	// Package is the proto package of the declaration.
	Package protoreflect.FullName
}

// Facts describes each declaration.
type Facts map[Subject]string

// Files is a set of descriptors: a registry.
type Files interface {
	RangeFiles(func(protoreflect.FileDescriptor) bool)
}

// FactsOf returns the facts of files in packages with one of the prefixes.
func FactsOf(files Files, packagePrefixes ...string) Facts {
	facts := Facts{}
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if slices.ContainsFunc(packagePrefixes, func(prefix string) bool {
			return strings.HasPrefix(string(file.Package()), prefix)
		}) {
			collector := collector{facts, file.Package()}
			collector.messages(file.Messages())
			collector.enums(file.Enums())
			collector.services(file.Services())
		}
		return true
	})
	return facts
}

type collector struct {
	facts       Facts
	packageName protoreflect.FullName
}

func (c collector) add(kind Kind, name protoreflect.FullName, format string, args ...any) {
	c.facts[Subject{kind, name, c.packageName}] = fmt.Sprintf(format, args...)
}

func (c collector) messages(messages protoreflect.MessageDescriptors) {
	for i := range messages.Len() {
		message := messages.Get(i)
		c.add(Message, message.FullName(), "map entry: %t", message.IsMapEntry())
		for i := range message.Fields().Len() {
			c.field(message.Fields().Get(i))
		}
		for i := range message.Oneofs().Len() {
			oneof := message.Oneofs().Get(i)
			c.add(Oneof, oneof.FullName(), "synthetic: %t, of %d fields", oneof.IsSynthetic(), oneof.Fields().Len())
		}
		c.messages(message.Messages())
		c.enums(message.Enums())
	}
}

func (c collector) field(field protoreflect.FieldDescriptor) {
	var oneof, typeName protoreflect.FullName
	if field.ContainingOneof() != nil {
		oneof = field.ContainingOneof().FullName()
	}
	if field.Message() != nil {
		typeName = field.Message().FullName()
	}
	if field.Enum() != nil {
		typeName = field.Enum().FullName()
	}
	c.add(Field, field.FullName(), "number %d, %s %s %s, json %s, oneof %q, presence: %t, packed: %t, default %v",
		field.Number(), field.Cardinality(), field.Kind(), typeName, field.JSONName(), oneof,
		field.HasPresence(), field.IsPacked(), field.Default())
}

func (c collector) enums(enums protoreflect.EnumDescriptors) {
	for i := range enums.Len() {
		enum := enums.Get(i)
		c.add(Enum, enum.FullName(), "closed: %t", enum.IsClosed())
		for i := range enum.Values().Len() {
			value := enum.Values().Get(i)
			c.add(EnumValue, enum.FullName().Append(value.Name()), "number %d", value.Number())
		}
	}
}

func (c collector) services(services protoreflect.ServiceDescriptors) {
	for i := range services.Len() {
		service := services.Get(i)
		c.add(Service, service.FullName(), "")
		for i := range service.Methods().Len() {
			method := service.Methods().Get(i)
			c.add(Method, method.FullName(), "%s, client streams: %t; %s, server streams: %t",
				method.Input().FullName(), method.IsStreamingClient(),
				method.Output().FullName(), method.IsStreamingServer())
		}
	}
}
