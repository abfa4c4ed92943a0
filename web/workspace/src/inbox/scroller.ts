/**
 * Scrolling a thread: it stays at its end while one is there, it keeps still while one reads above, and pages that
 * come in at the top move nothing that is in sight.
 */
import { onBeforeUnmount, onBeforeUpdate, onMounted, onUpdated, type Ref, shallowRef } from "vue";

const NEAR = 48;

type Element = Readonly<Ref<HTMLElement | null>>;

/** `top` names what the thread begins with; when it changes, something was put in above what is in sight. */
export function useThreadScroll(view: Element, content: Element, top: () => number) {
  const atEnd = shallowRef(true);
  const nearStart = shallowRef(false);

  function look(): void {
    const element = view.value;
    if (!element) return;
    atEnd.value = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
    nearStart.value = element.scrollTop < element.clientHeight;
  }

  function toEnd(): void {
    if (!view.value) return;
    view.value.scrollTop = view.value.scrollHeight;
    atEnd.value = true;
  }

  // Measured at the last moment: whoever scrolls on while a page is coming is not thrown back.
  let drawn = 0;
  let fromEnd: number | null = null;
  onMounted(() => (drawn = top()));
  onBeforeUpdate(() => {
    const element = view.value;
    fromEnd = element && drawn > 0 && top() < drawn ? element.scrollHeight - element.scrollTop : null;
    drawn = top();
  });
  onUpdated(() => {
    if (fromEnd === null || !view.value) return;
    view.value.scrollTop = view.value.scrollHeight - fromEnd;
    fromEnd = null;
    look();
  });

  // Pictures that come, the composer that grows, a window that is made smaller: at the end one stays at the end.
  let observer: ResizeObserver | undefined;
  onMounted(() => {
    observer = new ResizeObserver(() => {
      if (atEnd.value) toEnd();
      else look();
    });
    if (view.value) observer.observe(view.value);
    if (content.value) observer.observe(content.value);
  });
  onBeforeUnmount(() => observer?.disconnect());

  return { atEnd, nearStart, look, toEnd };
}
