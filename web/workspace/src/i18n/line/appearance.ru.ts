import type { SameKeys } from "../engine";
import type en from "./appearance.en";

// Внешний вид: l_ название, h_ пояснение, o_ значение, oh_ пояснение значения, z_ что значит ноль.
export default {
  chatsOfLine: "Чаты на сайтах",
  chatsOfLineHelp: "У каждого чата свой вид, тексты и адрес.",
  noChatYet: "К этой линии чат ещё не подключён.",
  connectChat: "Подключить чат",
  whichChat: "Чат",
  chatRest: "Код для сайта, часы, безопасность",
  onComputer: "Компьютер",
  onPhone: "Телефон",
  liveHelp: "Это сам чат, каким вы его делаете: нажмите на кнопку. Клиенты увидят изменения после сохранения. Написанное здесь приходит в линию, как от клиента, с пометкой «Проба».",
  group_pages: "На каких страницах",
  group_letters: "Письма посетителям",
  invitation: "Приглашение {number}",
  invitePage: "Страница: /prices*, https://shop.example.com/* или *",
  inviteAfter: "Секунд на странице",
  inviteWho: "Кому",
  inviteAll: "Всем",
  inviteNew: "Кто здесь впервые",
  inviteReturning: "Кто уже бывал",
  inviteRu: "Слова по-русски",
  inviteEn: "Слова по-английски",
  inviteAdd: "Добавить приглашение",
  inviteUp: "Пробовать приглашение {number} раньше",
  inviteDrop: "Убрать приглашение {number}",
  ownPage: "Своя страница чата",
  openPage: "Открыть",
  qrCode: "QR-код адреса {address}",
  qrDownload: "Скачать QR-код (SVG)",
} satisfies SameKeys<typeof en>;
