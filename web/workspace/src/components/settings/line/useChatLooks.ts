/** The chats of a line under edit: which one is looked at, what of each differs, saved together with the line. */
import { computed, shallowRef } from "vue";

import { useI18n } from "@/i18n";

import { channelChanges } from "../channels/changes";
import { type ChannelEdit, type Undo, useChannelDraft } from "../channels/useChannelDraft";
import type { Channel, Manifest } from "../types";
import type { BarChange } from "../ui/SaveBar.vue";

/** Groups of a manifest's fields that say how a chat looks and speaks. */
export const LOOK_GROUPS: readonly string[] = ["look", "pages", "words"];

export type ChatLooks = ReturnType<typeof useChatLooks>;

interface Look {
  id: number;
  kind: Manifest;
  edit: ChannelEdit;
}

export function useChatLooks() {
  const { pick } = useI18n();
  const all = shallowRef<readonly Look[]>([]);
  const wanted = shallowRef(0);
  const chosen = computed(() => all.value.find((one) => one.id === wanted.value) ?? all.value[0]);

  /** Channels came from the server: a new one is taken up, a newer state comes in under what is being edited. */
  function take(channels: readonly Channel[], kinds: readonly Manifest[]): void {
    all.value = channels.flatMap((channel) => {
      const kind = kinds.find((one) => one.kind === channel.kind);
      if (!kind?.fields.some((field) => field.group === "look")) return [];
      const known = all.value.find((one) => one.id === channel.id);
      if (!known) {
        const edit = useChannelDraft();
        edit.stored(channel);
        return [{ id: channel.id, kind, edit }];
      }
      if ((known.edit.channel.value?.version ?? 0) < channel.version) known.edit.renew(channel);
      return [{ ...known, kind }];
    });
  }

  const nameOf = (look: Look): string => look.edit.channel.value?.name || pick(look.kind.name);

  const changes = computed<BarChange[]>(() =>
    all.value.flatMap((look) =>
      channelChanges(look.edit, look.kind).map((change) => ({
        ...change,
        key: keyOf(look.id, change.key),
        label: all.value.length > 1 ? `${nameOf(look)}: ${change.label}` : change.label,
      })),
    ),
  );
  const faulty = computed(() => all.value.some((look) => look.edit.faults.any.value));
  const saving = computed(() => all.value.some((look) => look.edit.saving.value));
  const general = computed(() => all.value.map((look) => look.edit.faults.general.value).find(Boolean) ?? "");

  /** What puts the old values back; null when something was refused. Other errors are thrown. */
  async function save(): Promise<(() => Promise<void>) | null> {
    const done: { look: Look; undo: Undo }[] = [];
    for (const look of all.value.filter((one) => one.edit.changed.value)) {
      const undo = await look.edit.save();
      if (!undo) {
        wanted.value = look.id;
        return null;
      }
      done.push({ look, undo });
    }
    return async () => {
      for (const { look, undo } of done) await takeBack(look, undo);
    };
  }

  async function takeBack({ edit }: Look, undo: Undo): Promise<void> {
    const draft = edit.draft.value;
    if (!draft) return;
    edit.draft.value = {
      ...draft,
      name: undo.name ?? draft.name,
      settings: { ...draft.settings, ...undo.settings },
    };
    await edit.save();
  }

  function revert(): void {
    for (const { edit } of all.value) edit.revert();
  }

  /** Which field a change of the bar stands for; empty when it is none of ours. */
  function show(key: string): string {
    const look = all.value.find((one) => key.startsWith(keyOf(one.id, "")));
    if (!look) return "";
    wanted.value = look.id;
    return key.slice(keyOf(look.id, "").length);
  }

  const choose = (id: number): void => void (wanted.value = id);
  return { all, chosen, choose, take, nameOf, changes, faulty, saving, general, save, revert, show };
}

function keyOf(id: number, name: string): string {
  return `chat-${id}-${name}`;
}
