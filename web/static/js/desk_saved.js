// The page of an item that was just saved: what the desk (desk.js) had sent has arrived, so this browser's copy may go.
const place = /^\/bank\/items\/([0-9a-f-]{36})$/.exec(location.pathname);
const notice = new URLSearchParams(location.search).get("notice");
if (place && ["bank.notice_saved", "bank.notice_submit"].includes(notice)) {
  try {
    for (const name of Object.keys(localStorage)) {
      // Only what was sent: words typed since then, in another window, stay.
      if (name.startsWith("samat.desk.") && name.endsWith(`.${place[1]}`) && JSON.parse(localStorage.getItem(name)).sent) {
        localStorage.removeItem(name);
      }
    }
  } catch { /* a browser that keeps nothing has nothing to forget */ }
}
