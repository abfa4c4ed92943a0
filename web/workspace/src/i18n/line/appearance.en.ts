// Appearance: l_ label, h_ help, o_ value, oh_ help of a value, z_ what zero means.
export default {
  chatsOfLine: "Chats on websites",
  chatsOfLineHelp: "Each chat has its own look, texts and address.",
  noChatYet: "No chat is connected to this line yet.",
  connectChat: "Connect a chat",
  chatLook: "Look of the chat",
} as const;
