package io.rankstream.pipeline.tools.doctor;

import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;

/** The rights that Kafka reports for a topic or a consumer group. */
final class GrantedRights {

  private GrantedRights() {}

  /**
   * Whether a right is granted. A broker that does not report rights is assumed to grant them.
   *
   * @param granted the reported rights, or null
   */
  static boolean include(Set<AclOperation> granted, AclOperation needed) {
    return granted == null || granted.contains(needed) || granted.contains(AclOperation.ALL);
  }
}
