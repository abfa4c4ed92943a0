import { onBeforeUnmount, shallowRef, type ShallowRef } from "vue";

export interface Loaded<T> {
  data: ShallowRef<T | null>;
  error: ShallowRef<unknown>;
  loading: ShallowRef<boolean>;
  /** Ask again; what is on the screen stays there until the new answer is here. */
  reload: () => Promise<void>;
}

/** Data of a page, asked for at once. A later answer to an earlier question is dropped. */
export function useLoad<T>(ask: () => Promise<T>): Loaded<T> {
  const data = shallowRef<T | null>(null);
  const error = shallowRef<unknown>(null);
  const loading = shallowRef(true);
  let asked = 0;

  async function reload(): Promise<void> {
    const mine = ++asked;
    loading.value = true;
    try {
      const answer = await ask();
      if (mine !== asked) return;
      data.value = answer;
      error.value = null;
    } catch (problem) {
      if (mine !== asked) return;
      error.value = problem;
    } finally {
      if (mine === asked) loading.value = false;
    }
  }

  onBeforeUnmount(() => asked++);
  void reload();
  return { data, error, loading, reload };
}
