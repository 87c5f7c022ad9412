/**
 * The protobuf messages by which OpenAPI 2 documents travel to kubectl before 1.27 (package openapi.v2 of
 * google/gnostic): the part of them that our documents use, with the field numbers of the original.
 */
import protobuf from 'protobufjs';

const proto = `
syntax = "proto3";
package openapi.v2;

message Any { string yaml = 2; }
message NamedAny { string name = 1; Any value = 2; }

message Document {
  string swagger = 1;
  Info info = 2;
  Paths paths = 8;
  Definitions definitions = 9;
}
message Info { string title = 1; string version = 2; }

message Paths { repeated NamedPathItem path = 2; }
message NamedPathItem { string name = 1; PathItem value = 2; }
message PathItem {
  Operation get = 2;
  Operation put = 3;
  Operation post = 4;
  Operation delete = 5;
  Operation patch = 8;
}
message Operation {
  repeated string tags = 1;
  string description = 3;
  string operationId = 5;
  repeated string produces = 6;
  repeated string consumes = 7;
  repeated ParametersItem parameters = 8;
  Responses responses = 9;
  repeated NamedAny vendorExtension = 13;
}

message ParametersItem { Parameter parameter = 1; }
message Parameter { BodyParameter bodyParameter = 1; NonBodyParameter nonBodyParameter = 2; }
message BodyParameter {
  string name = 2;
  string in = 3;
  bool required = 4;
  Schema schema = 5;
}
message NonBodyParameter {
  QueryParameter queryParameterSubSchema = 3;
  PathParameter pathParameterSubSchema = 4;
}
message QueryParameter {
  string in = 2;
  string description = 3;
  string name = 4;
  string type = 6;
}
message PathParameter {
  bool required = 1;
  string in = 2;
  string description = 3;
  string name = 4;
  string type = 5;
}

message Responses { repeated NamedResponseValue responseCode = 1; }
message NamedResponseValue { string name = 1; ResponseValue value = 2; }
message ResponseValue { Response response = 1; }
message Response { string description = 1; SchemaItem schema = 2; }
message SchemaItem { Schema schema = 1; }

message Definitions { repeated NamedSchema additionalProperties = 1; }
message NamedSchema { string name = 1; Schema value = 2; }
message Schema {
  string ref = 1;
  string format = 2;
  string description = 4;
  repeated string required = 19;
  AdditionalPropertiesItem additionalProperties = 21;
  TypeItem type = 22;
  ItemsItem items = 23;
  Properties properties = 25;
  repeated NamedAny vendorExtension = 31;
}
message AdditionalPropertiesItem { Schema schema = 1; }
message TypeItem { repeated string value = 1; }
message ItemsItem { repeated Schema schema = 1; }
message Properties { repeated NamedSchema additionalProperties = 1; }
`;

export const Document = protobuf.parse(proto).root.lookupType('openapi.v2.Document');
