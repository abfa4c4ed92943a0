import { computed, type Ref, shallowReactive, watch } from "vue";

import { useI18n } from "@/i18n";

import { type HolidaysOf, hoursApi } from "./api";

/** Asked once per place and language while the page lives. */
const known = shallowReactive(new Map<string, HolidaysOf>());
const NONE: HolidaysOf = { regions: [], items: [] };

/** The public holidays of a place, named in the page's language; empty while they are on their way. */
export function useHolidays(country: Ref<string>, region: Ref<string>) {
  const { language } = useI18n();
  const key = computed(() => `${language.value}/${country.value}/${region.value}`);
  watch(
    key,
    async (asked) => {
      if (!country.value || known.has(asked)) return;
      // A place that the server does not know gets its words at the field when it is saved.
      const found = await hoursApi.holidays(country.value, region.value).catch(() => NONE);
      if (found !== NONE) known.set(asked, found);
    },
    { immediate: true },
  );
  const found = computed(() => (country.value ? known.get(key.value) : undefined) ?? NONE);
  return {
    days: computed(() => new Map(found.value.items.map((day) => [day.date, day.name]))),
    regions: computed(() => found.value.regions),
  };
}
