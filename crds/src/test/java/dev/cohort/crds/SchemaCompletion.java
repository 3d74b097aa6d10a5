package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;

/**
 * Completes a generated schema with what annotations cannot say: how lists are merged, bounds of
 * the types that are Kubernetes' own, the form of quantities.
 */
final class SchemaCompletion {
  private static final String QUANTITY =
      "^([0-9]+([.][0-9]*)?|[.][0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9]+)?$";
  private static final int QUANTITY_CHARACTERS = 32;
  private static final int ITEMS = 32;
  private static final int CHARACTERS = 512;

  private SchemaCompletion() {}

  /**
   * Completes the schema of a Java type, in place.
   *
   * @param type a record of this module, a list, a map, or a type from elsewhere
   */
  static void complete(ObjectNode schema, Type type) {
    clean(schema);
    switch (type) {
      case Class<?> record when record.isRecord() -> completeRecord(schema, record);
      case ParameterizedType list when list.getRawType() == List.class ->
          complete((ObjectNode) schema.path("items"), list.getActualTypeArguments()[0]);
      case ParameterizedType map when map.getRawType() == Map.class ->
          complete(
              (ObjectNode) schema.path("additionalProperties"), map.getActualTypeArguments()[1]);
      case Class<?> _ -> bound(schema);
      default -> throw new IllegalStateException("no schema is known for " + type);
    }
  }

  private static void completeRecord(ObjectNode schema, Class<?> record) {
    for (Field field : record.getDeclaredFields()) {
      ObjectNode property = (ObjectNode) schema.path("properties").get(name(field));
      if (property == null) {
        continue; // a constant
      }
      complete(property, field.getGenericType());
      if (field.getType() == List.class) {
        merge(property, field.getAnnotation(ListKeys.class));
      }
    }
  }

  private static String name(Field field) {
    JsonProperty renamed = field.getAnnotation(JsonProperty.class);
    return renamed == null ? field.getName() : renamed.value();
  }

  private static void merge(ObjectNode list, ListKeys keys) {
    if (keys == null) {
      list.put("x-kubernetes-list-type", "atomic");
    } else if (keys.value().length == 0) {
      list.put("x-kubernetes-list-type", "set");
    } else {
      list.put("x-kubernetes-list-type", "map");
      for (String key : keys.value()) {
        list.withArray("x-kubernetes-list-map-keys").add(key);
      }
    }
  }

  private static void clean(ObjectNode schema) {
    for (String bound : List.of("minimum", "maximum")) {
      if (schema.path("type").asText().equals("integer") && schema.has(bound)) {
        schema.put(bound, schema.path(bound).asLong());
      }
    }
    if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
      schema.put("maxLength", QUANTITY_CHARACTERS).put("pattern", QUANTITY);
    }
  }

  /** Bounds what Kubernetes' own types leave open. */
  private static void bound(ObjectNode schema) {
    boolean isEnum = schema.has("enum");
    switch (schema.path("type").asText()) {
      case "string" -> putIfAbsent(schema, "maxLength", CHARACTERS, !isEnum);
      case "array" -> {
        putIfAbsent(schema, "maxItems", ITEMS, true);
        schema.put("x-kubernetes-list-type", "atomic");
        bound((ObjectNode) schema.path("items"));
      }
      case "object" -> {
        for (JsonNode property : schema.path("properties")) {
          bound((ObjectNode) property);
        }
        if (schema.path("additionalProperties") instanceof ObjectNode values) {
          putIfAbsent(schema, "maxProperties", ITEMS, true);
          bound(values);
        }
      }
      default -> clean(schema);
    }
  }

  private static void putIfAbsent(ObjectNode schema, String name, int value, boolean wanted) {
    if (wanted && !schema.has(name)) {
      schema.put(name, value);
    }
  }
}
