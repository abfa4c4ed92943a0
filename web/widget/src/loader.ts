/** The one line on other people's sites: shows the button and opens the frame. */
export {};
