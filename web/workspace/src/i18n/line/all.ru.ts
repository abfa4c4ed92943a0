/** Слова страницы линии: у каждой вкладки свой файл. */
import appearance from "./appearance.ru";
import automatic from "./automatic.ru";
import consent from "./consent.ru";
import hours from "./hours.ru";
import kpi from "./kpi.ru";
import now from "./now.ru";
import quality from "./quality.ru";
import queue from "./queue.ru";
import texts from "./texts.ru";

export default { ...now, ...queue, ...hours, ...automatic, ...quality, ...kpi, ...consent, ...appearance, ...texts };
