def test_smoke(visit, office):
    clerk = visit("R05")
    for p in ["/", "/cases", f"/cases/{office.case}", f"/cases/{office.later_case}", f"/tasks/{office.task}", f"/tasks/{office.later_task}",
              f"/documents/{office.document}", f"/cases/{office.case}/history", "/people", "/people?q=Лапш", f"/people/{office.person}", "/people/new", f"/people/{office.person}/edit",
              "/monitor", "/notices", "/workshop", "/workshop/bpmn/help", "/workshop/form/accept", "/workshop/docx/D25", "/calendar", "/calendar?year=2027", "/password", "/cases/new/help", f"/cases/new/help?person={office.person}", "/cases/new/asking"]:
        clerk.get(p)
    boss = visit("R07")
    for p in ["/monitor", f"/monitor/reassign/{office.task}", f"/cases/{office.later_case}", f"/cases/{office.later_case}/repair", f"/cases/{office.later_case}/views", "/admin/journal"]:
        boss.get(p)
    admin = visit("R29")
    for p in ["/admin/accounts", "/admin/accounts/new", f"/admin/accounts/{office.role['R05']}"]: admin.get(p)
    m = visit("R25")
    for p in ["/workshop", "/workshop/upload", "/calendar"]: m.get(p)
    visit().get("/sign-in")
