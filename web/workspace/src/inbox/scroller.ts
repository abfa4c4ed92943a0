/**
 * Scrolling a thread: it stays at its end while one is there, it keeps still while one reads above, and pages that
 * come in at the top move nothing that is in sight.
 */
import { nextTick, onBeforeUnmount, onMounted, type Ref, shallowRef } from "vue";

const NEAR = 48;

export function useThreadScroll(view: Readonly<Ref<HTMLElement | null>>, content: Readonly<Ref<HTMLElement | null>>) {
  const atEnd = shallowRef(true);
  const nearStart = shallowRef(false);
  // While a page is being put in above, growing is not a reason to go to the end.
  let holding = false;

  function look(): void {
    const element = view.value;
    if (!element) return;
    atEnd.value = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
    nearStart.value = element.scrollTop < element.clientHeight;
  }

  function toEnd(smooth = false): void {
    const element = view.value;
    if (!element) return;
    element.scrollTo({ top: element.scrollHeight, behavior: smooth ? "smooth" : "auto" });
    atEnd.value = true;
  }

  /** Put something in above what is in sight: `change` changes the data; what is seen stays where it is. */
  async function keepPlace(change: () => unknown): Promise<void> {
    const element = view.value;
    if (!element) {
      await change();
      return;
    }
    holding = true;
    const fromEnd = element.scrollHeight - element.scrollTop;
    await change();
    await nextTick();
    element.scrollTop = element.scrollHeight - fromEnd;
    holding = false;
    look();
  }

  // Pictures that come, the composer that grows, a window that is made smaller: at the end one stays at the end.
  let observer: ResizeObserver | undefined;
  onMounted(() => {
    observer = new ResizeObserver(() => {
      if (atEnd.value && !holding) toEnd();
      else look();
    });
    if (view.value) observer.observe(view.value);
    if (content.value) observer.observe(content.value);
  });
  onBeforeUnmount(() => observer?.disconnect());

  return { atEnd, nearStart, look, toEnd, keepPlace };
}
