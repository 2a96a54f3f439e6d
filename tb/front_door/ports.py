"""The ports of dla_top that the front door touches by name, for the type checker."""

from cocotb.handle import HierarchyObject, LogicArrayObject, LogicObject


class DlaTop(HierarchyObject):
    """What cocotb hands a bench whose toplevel is dla_top; never instantiated here."""

    clk: LogicObject
    rst: LogicObject
    irq: LogicObject

    s_axil_bvalid: LogicObject
    s_axil_bready: LogicObject
    s_axil_bresp: LogicArrayObject
    s_axil_rvalid: LogicObject
    s_axil_rready: LogicObject
    s_axil_rresp: LogicArrayObject
    s_axil_rdata: LogicArrayObject

    s_axis_tvalid: LogicObject

    s_axis_operand_tvalid: LogicObject
    s_axis_operand_tdata: LogicArrayObject

    m_axis_tvalid: LogicObject
    m_axis_tready: LogicObject
    m_axis_tdata: LogicArrayObject
    m_axis_tkeep: LogicArrayObject
    m_axis_tlast: LogicObject
