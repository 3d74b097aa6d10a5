package dev.cohort.operator.apply;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import java.util.Set;

/**
 * Whether a stored object has all that an intent says. The server adds fields and writes quantities
 * in a form of its own; empty values and missing ones are the same to it.
 */
final class Subset {
  private static final Set<String> QUANTITIES = Set.of("requests", "limits", "sizeLimit");

  private Subset() {}

  static boolean holds(JsonNode wanted, JsonNode stored) {
    return holds(wanted, stored, false);
  }

  private static boolean holds(JsonNode wanted, JsonNode stored, boolean quantity) {
    if (isNothing(wanted)) {
      return true;
    }
    if (isNothing(stored)) {
      return false;
    }
    if (wanted.isObject()) {
      return stored.isObject() && fields(wanted, stored, quantity);
    }
    if (wanted.isArray()) {
      return stored.isArray() && items(wanted, stored);
    }
    return wanted.equals(stored)
        || wanted.asText().equals(stored.asText())
        || quantity && isSameQuantity(wanted.asText(), stored.asText());
  }

  private static boolean fields(JsonNode wanted, JsonNode stored, boolean quantity) {
    for (Map.Entry<String, JsonNode> field : wanted.properties()) {
      boolean inside = quantity || QUANTITIES.contains(field.getKey());
      if (!holds(field.getValue(), stored.path(field.getKey()), inside)) {
        return false;
      }
    }
    return true;
  }

  /** In the same order; what others added may stand between. */
  private static boolean items(JsonNode wanted, JsonNode stored) {
    int next = 0;
    for (JsonNode item : wanted) {
      while (next < stored.size() && !holds(item, stored.get(next))) {
        next++;
      }
      if (next++ >= stored.size()) {
        return false;
      }
    }
    return true;
  }

  private static boolean isNothing(JsonNode node) {
    return node.isMissingNode() || node.isNull() || node.isContainerNode() && node.isEmpty();
  }

  private static boolean isSameQuantity(String wanted, String stored) {
    try {
      return Quantity.getAmountInBytes(new Quantity(wanted))
              .compareTo(Quantity.getAmountInBytes(new Quantity(stored)))
          == 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
