import pytest
@pytest.mark.parametrize("theme", ["dark"])
def test_shots(lab, notebook, theme):
    pts='points=[{"id": "1", "label": "never"},{"id": "2", "label": "seldom"},{"id": "3", "label": "sometimes"},{"id": "4", "label": "often"},{"id": "5", "label": "nearly always"}]'
    name=lab.write(f"s{theme}.ipynb", 'wb.reflection("why", prompt="Think of a colleague whose work worries you. What reason did you give yourself, before you asked?", hint="Two or three lines are enough.", minutes=5)',
     f'wb.scale("own", title="How I listen", prompt="Think of the last two weeks.", minutes=4, {pts}, statements=[{{"id":"a","text":"I name my own limits aloud.","of":"understand-myself"}},{{"id":"b","text":"I fill a silence at once, because I am not at ease with it when somebody thinks.","of":"be-open","reversed":True}},{{"id":"c","text":"I ask before I advise.","of":"be-open"}}])',
     'wb.ranking("values", title="What counts", prompt="Choose three and put them in order.", options=[{"id":i,"label":i.capitalize()} for i in ("candor","fairness","curiosity","courage","calm")], keep=3)',
     'wb.checklist("audit", title="One meeting", items=[{"id":"ahead","text":"The agenda went out at least two days ahead."},{"id":"think","text":"There was time to think before answering."}])',
     'wb.log("shadowing", title="What I saw", prompt="One entry per visit.", minutes=10, fields={"when":"date","beside":"choice","minutes":"minutes","saw_and_heard":"long-text","asked":"long-text"}, options={"beside":[{"id":"physician","label":"A physician"},{"id":"front-desk","label":"Someone at the front desk"}]}, required_fields=["when","beside","saw_and_heard"], at_least=1)',
     'wb.agenda("call", prompt="What do you want to talk about in the call?")',
     )
    nb = notebook(name).open()
    if theme=="dark":
        nb.page.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"); nb.page.wait_for_timeout(1500)
    there = notebook(name, nb.page.context).open()
    nb.form("why").field("Think of").fill("He is careless with his notes; I was sure of it.\n\nI had not asked.")
    nb.form("why").wait_saved()
    there.form("why").field("Think of").fill("That he did not care. I said so to nobody.")
    there.form("why").wait_for("trouble")
    f=nb.form("own"); f.root.get_by_role("group",name="I name my").get_by_label("often").check(); f.wait_saved()
    f.root.locator(".mdli-foot select").select_option("coach"); nb.page.wait_for_timeout(300); f.button("What my coach will see").click()
    nb.form("values").button("Choose: Candor").click(); nb.form("values").button("Choose: Calm").click()
    nb.form("audit").field("Yes").first.check()
    s=nb.form("shadowing"); s.field("When").fill("2026-03-12"); s.field("A physician").check(); s.field("Saw and heard").fill("She reads every note twice."); s.wait_saved()
    s.button("Add another").click(); s.field("Asked").nth(1).fill("What are you afraid of missing?"); s.wait_saved(); s.button("Remove").nth(1).click(); s.button("Yes, remove").click(); s.wait_saved()
    for w in ((1280,) if theme=="dark" else (1280, 820, 480)):
        nb.page.set_viewport_size({"width": w, "height": 4200}); nb.page.wait_for_timeout(700)
        nb.page.locator(".jp-Notebook").screenshot(path=f"/tmp/shots/{theme}{w}.png")
    there.page.set_viewport_size({"width": 1000, "height": 1000}); there.page.wait_for_timeout(500)
    there.page.screenshot(path=f"/tmp/shots/{theme}-conflict.png")
    lab.restart_kernel(name)
    nb.form("why").field("Think of").fill("typed after restart"); nb.form("why").wait_for("trouble"); nb.page.set_viewport_size({"width": 1000, "height": 900}); nb.page.wait_for_timeout(400); nb.form("why").root.screenshot(path=f"/tmp/shots/{theme}-unheard.png")
