// Appearance: l_ label, h_ help, o_ value, oh_ help of a value, z_ what zero means.
export default {
  chatsOfLine: "Chats on websites",
  chatsOfLineHelp: "Each chat has its own look, texts and address.",
  noChatYet: "No chat is connected to this line yet.",
  connectChat: "Connect a chat",
  whichChat: "Chat",
  chatRest: "Code for the site, hours, safety",
  onComputer: "Computer",
  onPhone: "Phone",
  liveHelp: "This is the chat itself, as you are changing it: press its button. Customers see changes after saving.",
  group_pages: "On which pages",
} as const;
