/** Words of a line's page, each tab's in a file of its own. */
import appearance from "./appearance.en";
import automatic from "./automatic.en";
import consent from "./consent.en";
import hours from "./hours.en";
import kpi from "./kpi.en";
import now from "./now.en";
import quality from "./quality.en";
import queue from "./queue.en";
import texts from "./texts.en";

export default { ...now, ...queue, ...hours, ...automatic, ...quality, ...kpi, ...consent, ...appearance, ...texts };
