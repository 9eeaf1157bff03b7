"""What an officer does to an incident: one class an act, each with a form and a preview of what it will do.

An act calls one function of `reports.decisions`, `reports.workflow` or `alerts.dispatch`; rules live there.
"""

from alerts.console.acts import endings, facts, holding, joining, reporting, units, writing
from alerts.console.acts.base import Act, Done, carry_out, done_before, held_by_another, undo

#: Every act by its name, in the order in which a desk is offered them.
ACTS: dict[str, Act] = {
    act.name: act
    for act in (
        holding.Take(),
        holding.Release(),
        units.RequestUnit(),
        units.Task(),
        units.Answer(),
        facts.ChangePriority(),
        facts.Correct(),
        facts.EnterWeather(),
        facts.TakeBackWeather(),
        joining.Join(),
        joining.DismissProposal(),
        joining.Part(),
        reporting.DismissReport(),
        reporting.ConfirmDismissal(),
        reporting.WithdrawDismissal(),
        reporting.AskReporter(),
        reporting.Silence(),
        writing.WriteNote(),
        writing.Tick(),
        units.AskRanking(),
        units.StopLadder(),
        endings.StandDown(),
        endings.Suspend(),
        endings.Close(),
        endings.HandOver(),
        endings.Reopen(),
    )
}

__all__ = ["ACTS", "Act", "Done", "carry_out", "done_before", "held_by_another", "undo"]
