/** What the channel allows, told before it hurts: length, the time to answer, a closed door, a line that is off. */
import { type Capabilities, type ConversationDetails, type ConversationRow, lengthIn } from "@openlines/client";
import { computed } from "vue";

import { nowMinute } from "@/app/clock";
import { useLive } from "@/app/live";
import { duration } from "@/app/times";
import { t } from "@/i18n";

interface Given {
  row: ConversationRow;
  details: ConversationDetails | null;
  capabilities: Capabilities;
}

/** Characters that the server takes at the most, of a note, too. */
const MOST = 20_000;
/** So long before the time to answer is over it is told. */
const WARN = 7_200_000;
const { world, changed } = useLive();

/** A note goes to no channel: only the server limits it, and that is told when it comes near. */
export function useChannelLimits(props: Given, text: () => string, note: () => boolean) {
  const narrow = computed(() => (note() ? 0 : (props.capabilities.text_limit ?? 0)));
  const length = computed(() => lengthIn(text(), narrow.value ? props.capabilities.text_unit : undefined));
  const limit = computed(() => narrow.value || (length.value > MOST * 0.9 ? MOST : 0));
  const tooLong = computed(() => limit.value > 0 && length.value > limit.value);

  /** Milliseconds for which one may still answer; null: for ever. */
  const left = computed(() => {
    const seconds = props.capabilities.reply_window;
    const last = props.row.last;
    const since = last?.author === "customer" ? last.at : props.row.waiting_since;
    if (!seconds || !since || note()) return null;
    return Date.parse(since) + seconds * 1_000 - nowMinute.value;
  });

  /** Why nothing can be sent, in words; "" when it can. */
  const shut = computed(() => {
    if (note()) return "";
    if (props.details?.thread.unreachable) return t("inbox.unreachable");
    if (props.details?.thread.blocked) return t("inbox.blockedHelp");
    if (left.value !== null && left.value <= 0) return t("inbox.windowOver");
    return props.row.state === "closed" && props.capabilities.outgoing === false ? t("inbox.noOutgoing") : "";
  });
  const lineOff = computed(() => {
    void changed.places;
    return !note() && world.lines.get(props.row.line_id)?.active === false;
  });
  const warning = computed(() => {
    if (lineOff.value) return t("inbox.lineOff");
    return left.value !== null && left.value > 0 && left.value < WARN ? t("inbox.windowEnds", { time: duration(left.value) }) : "";
  });
  return { limit, length, tooLong, shut, warning };
}
