/** The chats of a line on its page: which one is looked at, its fields, and what they are called in words. */
import { computed, type Ref, shallowRef } from "vue";

import { useI18n } from "@/i18n";

import { lookOf } from "../logic/changes";
import type { Channel, Manifest, ManifestField } from "../types";
import type { Names } from "./describe";
import type { LineEditor } from "./useLineDraft";

export type ChatLooks = ReturnType<typeof useChatLooks>;

interface Look {
  channel: Channel;
  /** Those that stand on the line's page. */
  fields: ManifestField[];
  name: string;
}

/** `channels`: the line's. What of them is edited is a part of the line's draft. */
export function useChatLooks(editor: LineEditor, channels: Ref<readonly Channel[]>, kinds: Ref<readonly Manifest[]>) {
  const { pick } = useI18n();
  const wanted = shallowRef(0);

  const all = computed<Look[]>(() =>
    channels.value.flatMap((channel) => {
      const kind = kinds.value.find((one) => one.kind === channel.kind);
      const fields = kind?.fields.filter((field) => field.of_line) ?? [];
      if (!fields.length || !editor.draft.value?.looks[channel.id]) return [];
      return [{ channel, fields, name: channel.name || pick(kind?.name) }];
    }),
  );
  const chosen = computed(() => all.value.find((one) => one.channel.id === wanted.value) ?? all.value[0]);
  const settings = computed(() => editor.draft.value?.looks[chosen.value?.channel.id ?? 0] ?? {});

  const field: Names["field"] = (channel, name) => {
    const look = all.value.find((one) => one.channel.id === channel);
    const found = look?.fields.find((one) => one.name === name);
    return look && found ? { field: found, of: all.value.length > 1 ? look.name : "" } : undefined;
  };

  /** The chat comes up to which a part belongs; the name of its field, empty for any other part. */
  function show(part: string): string {
    const look = lookOf(part);
    if (look) wanted.value = look.channel;
    return look?.name ?? "";
  }

  const choose = (id: number): void => void (wanted.value = id);
  return { all, chosen, settings, choose, field, show };
}
