/** A channel under edit: what is stored, what is on the page, what of it differs, saving as a whole. */
import { ApiError } from "@openlines/client";
import { computed, shallowRef } from "vue";

import { t } from "@/i18n";

import { type ChannelPatch, settingsApi } from "../api";
import { makeAside } from "../aside";
import { sameValue, withoutGaps } from "../logic/changes";
import type { Channel } from "../types";
import { useFaults } from "../useFaults";

interface Draft {
  name: string;
  settings: Record<string, unknown>;
  /** Only secrets that were typed anew. */
  secrets: Record<string, string>;
}

/** What a save changed, as a patch that puts the old values back (secrets cannot be: nobody knows them). */
export type Undo = Pick<ChannelPatch, "name" | "settings">;

export type ChannelEdit = ReturnType<typeof useChannelDraft>;

/** What is stored is what it was when the editing began. */
const aside = makeAside<{ stored: Channel; name: string; settings: Record<string, unknown> }>();

export function useChannelDraft() {
  const channel = shallowRef<Channel | null>(null);
  const draft = shallowRef<Draft | null>(null);
  const saving = shallowRef(false);
  const faults = useFaults();

  function stored(given: Channel): void {
    channel.value = given;
    draft.value = { name: given.name, settings: given.settings, secrets: {} };
  }

  /** With what this person was editing when his session ended, where there is such; it lies on top of what is stored now. */
  function begin(given: Channel, who: number): void {
    const left = aside.take(given.id, who);
    stored(left?.stored ?? given);
    if (!left) return;
    draft.value = { name: left.name, settings: left.settings, secrets: {} };
    renew(given);
  }

  /** The session is over: what is not saved waits for the same person to be back. Secrets that were typed do not. */
  function leaveFor(who: number): void {
    if (!channel.value || !draft.value || !(renamed.value || changedSettings.value.length)) return;
    const { name, settings } = draft.value;
    aside.put(channel.value.id, who, { stored: channel.value, name, settings });
  }

  const changedSettings = computed(() => {
    const before = channel.value?.settings ?? {};
    const now = draft.value?.settings ?? {};
    return Object.keys(now).filter((name) => !sameValue(before[name], now[name]));
  });
  const changedSecrets = computed(() => Object.entries(draft.value?.secrets ?? {}).filter(([, value]) => value.trim()));
  const renamed = computed(() => draft.value !== null && draft.value.name.trim() !== channel.value?.name);
  const changed = computed(() => renamed.value || changedSettings.value.length > 0 || changedSecrets.value.length > 0);

  function patch(): Omit<ChannelPatch, "version"> {
    const now = draft.value;
    if (!now) return {};
    return {
      ...(renamed.value ? { name: now.name.trim() } : {}),
      ...(changedSettings.value.length
        ? { settings: Object.fromEntries(changedSettings.value.map((name) => [name, withoutGaps(now.settings[name])])) }
        : {}),
      ...(changedSecrets.value.length
        ? { secrets: Object.fromEntries(changedSecrets.value.map(([name, value]) => [name, value.trim()])) }
        : {}),
    };
  }

  /** The way back from a successful save; null when it was refused (faults say why). Other errors are thrown. */
  async function save(): Promise<Undo | null> {
    const [before, shown] = [channel.value, draft.value];
    if (!before || !shown || saving.value || !changed.value) return null;
    const sent = patch();
    saving.value = true;
    try {
      // What was typed while the answer was on its way is not saved yet, and not lost either.
      lay(shown, await settingsApi.patchChannel(before.id, { version: before.version, ...sent }));
      faults.clear();
      return {
        ...(sent.name !== undefined ? { name: before.name } : {}),
        ...(sent.settings
          ? { settings: Object.fromEntries(Object.keys(sent.settings).map((name) => [name, before.settings[name]])) }
          : {}),
      };
    } catch (error) {
      if (error instanceof ApiError && error.status === 409 && (await overtaken(before, error))) return null;
      if (!faults.take(error)) throw error;
      return null;
    } finally {
      saving.value = false;
    }
  }

  /** What is on the page and differs from `before` comes to lie on top of what is stored now. */
  function lay(before: Draft, newer: Channel): void {
    const mine = draft.value;
    if (!mine) return stored(newer);
    const since = <T>(was: Record<string, T>, now: Record<string, T>): Record<string, T> =>
      Object.fromEntries(Object.entries(now).filter(([name, value]) => !sameValue(was[name], value)));
    channel.value = newer;
    draft.value = {
      name: mine.name === before.name ? newer.name : mine.name,
      settings: { ...newer.settings, ...since(before.settings, mine.settings) },
      secrets: since(before.secrets, mine.secrets),
    };
  }

  /** Changes something by itself, beside what is being edited: switched off, or a save taken back. */
  async function change(what: Omit<ChannelPatch, "version">): Promise<void> {
    const before = channel.value;
    if (before) renew(await settingsApi.patchChannel(before.id, { version: before.version, ...what }));
  }

  /** What is stored has moved on: it comes in under what is being edited here. An answer that comes late says nothing. */
  function renew(newer: Channel): void {
    const [known, mine] = [channel.value, draft.value];
    if (!known || !mine) return stored(newer);
    if (newer.version < known.version) return;
    lay({ name: renamed.value ? known.name : mine.name, settings: known.settings, secrets: {} }, newer);
  }

  /** Somebody saved meanwhile: their values come in under what is being edited here, and it can be saved again. */
  async function overtaken(before: Channel, refused: ApiError): Promise<boolean> {
    const theirs = await settingsApi.channel(before.id);
    if (theirs.version === before.version || !draft.value) return false;
    renew(theirs);
    faults.clear();
    const who = refused.params["by"];
    faults.general.value = who ? t("settings.channelOvertakenBy", { who: String(who) }) : t("settings.channelOvertaken");
    return true;
  }

  function revert(): void {
    if (channel.value) stored(channel.value);
    faults.clear();
  }

  return {
    channel,
    draft,
    saving,
    faults,
    changed,
    changedSettings,
    changedSecrets,
    renamed,
    stored,
    begin,
    leaveFor,
    renew,
    change,
    save,
    revert,
  };
}
